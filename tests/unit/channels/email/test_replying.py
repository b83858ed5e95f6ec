"""An address answers one task, in mails from one person, and nobody can make one up."""

import os

import pytest

from awaithumans.server.channels.email.replying import ReplyAddresses
from awaithumans.server.ids import new_id
from tests.support.made import NOW

KEY, OTHER = os.urandom(32), os.urandom(32)
MAILBOX = "answers@example.com"
TASK = new_id("tsk", NOW)


def addresses(*keys: bytes, mailbox: str = MAILBOX) -> ReplyAddresses:
    return ReplyAddresses(mailbox, keys or (KEY,))


def test_an_address_leads_back_to_its_task_in_whatever_case():
    made = addresses().make(TASK, "Sue@example.com")
    local, _, domain = made.rpartition("@")
    assert local.startswith("answers+")
    assert (len(local) <= 64, domain) == (True, "example.com")
    for written in (made, made.upper(), f" {made} "):
        found = addresses().task_id(["joe@example.com", written], "sue@EXAMPLE.com")
        assert found == TASK
    assert addresses().make(TASK, "sue@example.com") == made


def test_it_is_good_from_nobody_else():
    made = addresses().make(TASK, "sue@example.com")
    assert addresses().task_id([made], "joe@example.com") is None


def test_any_key_proves_it_while_keys_are_rotated():
    made = addresses(OTHER).make(TASK, "sue@example.com")
    assert addresses(KEY, OTHER).task_id([made], "sue@example.com") == TASK
    assert addresses(KEY).task_id([made], "sue@example.com") is None


@pytest.mark.parametrize("place", [0, 10, 25, 30, 43])
def test_no_letter_of_it_can_be_changed(place: int):
    local, _, domain = addresses().make(TASK, "sue@example.com").rpartition("@")
    token = local.partition("+")[2]
    other = "b" if token[place] != "b" else "c"
    changed = f"answers+{token[:place]}{other}{token[place + 1 :]}@{domain}"
    assert addresses().task_id([changed], "sue@example.com") is None


@pytest.mark.parametrize(
    "address",
    [
        *("", "@", "answers@example.com", "answers+@example.com", "answers+0189@example.com"),
        *("answers+aaaa@example.com", "answers+ü@example.com", f"answers+{'a' * 500}@example.com"),
    ],
)
def test_anything_else_answers_nothing(address: str):
    assert addresses().task_id([address], "sue@example.com") is None


def test_another_mailbox_answers_nothing():
    made = addresses(mailbox="other@example.com").make(TASK, "sue@example.com")
    assert addresses().task_id([made], "sue@example.com") is None
