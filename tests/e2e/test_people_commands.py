"""People are listed, given passwords and removed, in a terminal or in a script."""

import json

import httpx
import pytest

from tests.e2e.directory import PASSWORD, add, look, signs_in
from tests.e2e.terminal import Terminal, without_terminal
from tests.support.process import ServerProcess


def test_people_are_listed_in_columns_and_filtered(directory: ServerProcess, email: str) -> None:
    pool = f"pool of {email}"
    zoe = add(directory, f"zoe.{email}", "--pool", pool, "--operator", "--display-name", "Zoë 東京")
    sue = add(directory, email, "--pool", pool, "--role", "support")
    with directory.client() as client:
        path = f"/api/admin/users/{sue['id']}"
        client.patch(path, json={"active": False}).raise_for_status()

    done = without_terminal(directory, "list-users", "--pool", pool)

    names, first, second = done.stdout.splitlines()
    assert names.split() == ["WHO", "NAME", "ROLE", "ACCESS", "LEVEL", "POOL", "KIND", "ID"]
    assert [part.strip() for part in first.split("  ") if part.strip()] == [
        *(email, "-", "support", "-", pool, "reviewer, inactive", sue["id"])
    ]
    assert [part.strip() for part in second.split("  ") if part.strip()] == [
        *(f"zoe.{email}", "Zoë 東京", "-", "-", pool, "operator", zoe["id"])
    ]
    assert first.index("support") == names.index("ROLE")
    assert second.index("operator") == names.index("KIND") - 2  # two characters of two columns
    operators = without_terminal(directory, "list-users", "--operators", "--pool", pool)
    assert [row.split()[0] for row in operators.stdout.splitlines()] == ["WHO", f"zoe.{email}"]
    inactive = without_terminal(directory, "list-users", "--inactive", "--pool", pool, "--json")
    assert [user["email"] for user in json.loads(inactive.stdout)] == [email]
    nobody = without_terminal(directory, "list-users", "--pool", pool, "--role", "nobody's")
    assert "awaithumans add-user" in nobody.stdout


def test_the_list_goes_on_after_the_first_page(directory: ServerProcess, email: str) -> None:
    pool = f"pool of {email}"
    with directory.client() as client:
        for number in range(201):
            body = {"email": f"{number}.{email}", "pool": pool}
            client.post("/api/admin/users", json=body).raise_for_status()

    done = without_terminal(directory, "list-users", "--pool", pool, "--json")

    assert len({user["id"] for user in json.loads(done.stdout)}) == 201


def test_a_name_that_steers_a_terminal_does_not(directory: ServerProcess, email: str) -> None:
    name = "Sue\x1b[2J\u202e\n\nusr_evil"
    added = without_terminal(
        directory, "add-user", "--email", email, "--display-name", name, "--json"
    )

    listed = without_terminal(directory, "list-users")
    printed = without_terminal(directory, "list-users", "--json")

    (row,) = [line for line in listed.stdout.splitlines() if line.startswith(f"{email} ")]
    assert "Sue[2J usr_evil" in row
    assert not {"\x1b", "\u202e"} & set(added.stdout + listed.stdout + printed.stdout)
    (user,) = [user for user in json.loads(printed.stdout) if user["email"] == email]
    assert user["display_name"] == name


def test_a_new_password_is_asked_hidden_and_ends_the_sessions(
    directory: ServerProcess, email: str
) -> None:
    add(directory, email, "--password", PASSWORD)
    new = "another horse battery staple"
    with httpx.Client(base_url=directory.url, timeout=40) as browser:
        sent = {"email": email, "password": PASSWORD}
        browser.post("/api/auth/login", json=sent).raise_for_status()

        terminal = Terminal(directory, "set-password", email)
        terminal.answer("Password: ", "\n")
        terminal.answer("This should have at least 12 characters.")
        terminal.answer("Password: ", f"{new}\n")
        terminal.answer("The same again: ", f"{new}\n")
        code = terminal.end()

        assert browser.get("/api/auth/me").status_code == 401
    assert code == 0, terminal.shown
    assert f"{email} has a new password. Their sessions have ended." in terminal.shown
    assert new not in terminal.shown
    assert not signs_in(directory, email, PASSWORD)
    assert signs_in(directory, email, new)


def test_a_new_password_is_read_from_a_pipe_for_an_id(directory: ServerProcess, email: str) -> None:
    user = add(directory, email)

    done = without_terminal(
        directory, "set-password", user["id"], "--password", "-", typed=f"{PASSWORD}\r\n"
    )

    assert done.stdout == f"{email} has a new password. Their sessions have ended.\n"
    assert signs_in(directory, email, PASSWORD)


def test_a_password_is_taken_away(directory: ServerProcess, email: str) -> None:
    add(directory, email, "--password", PASSWORD)

    done = without_terminal(directory, "set-password", email, "--remove")

    assert done.stdout == f"{email} can't sign in any more. Their sessions have ended.\n"
    assert not signs_in(directory, email, PASSWORD)


def test_whoever_leaves_the_new_password_keeps_the_old_one(
    directory: ServerProcess, email: str
) -> None:
    add(directory, email, "--password", PASSWORD)

    terminal = Terminal(directory, "set-password", email)
    code = terminal.leave("Password: ")

    assert code == 130
    assert "The password is as it was." in terminal.shown
    assert signs_in(directory, email, PASSWORD)


def test_a_password_is_not_asked_without_a_terminal(directory: ServerProcess, email: str) -> None:
    add(directory, email)

    done = without_terminal(directory, "set-password", email, typed=f"{PASSWORD}\n{PASSWORD}\n")

    assert done.returncode == 1
    assert "There is no terminal to ask on" in done.stderr
    assert not signs_in(directory, email, PASSWORD)


def test_a_password_is_not_set_and_taken_away_at_once(directory: ServerProcess) -> None:
    done = without_terminal(
        directory, "set-password", "x@example.com", "--remove", "--password", PASSWORD
    )

    assert done.returncode == 2
    assert "not both" in done.stderr


def test_a_person_is_removed_once_it_is_confirmed(directory: ServerProcess, email: str) -> None:
    add(directory, email)

    hesitant = Terminal(directory, "remove-user", email)
    hesitant.answer(f"Remove {email}? [y/N]: ", "\n")
    assert (hesitant.end(), "Nothing was changed." in hesitant.shown) == (1, True)
    assert look(directory, email)

    sure = Terminal(directory, "remove-user", email)
    sure.answer("[y/N]: ", "y\n")
    assert (sure.end(), f"Removed {email}." in sure.shown) == (0, True)
    assert look(directory, email) is None


def test_ctrl_c_at_the_confirmation_removes_nobody(directory: ServerProcess, email: str) -> None:
    add(directory, email)

    terminal = Terminal(directory, "remove-user", email)
    code = terminal.leave("[y/N]: ")

    assert code == 130
    assert "Nobody was removed." in terminal.shown
    assert look(directory, email)


def test_without_a_terminal_only_yes_removes_a_person(directory: ServerProcess, email: str) -> None:
    add(directory, email)

    refused = without_terminal(directory, "remove-user", email, typed="y\n")
    assert refused.returncode == 1
    assert "--yes" in refused.stderr
    assert look(directory, email)

    done = without_terminal(directory, "remove-user", email, "--yes")
    assert done.stdout == f"Removed {email}. Their sessions have ended.\n"
    assert look(directory, email) is None


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("nobody@example.com", "There is nobody with this address"),
        ("usr_00000000000000000000000000", "There is nobody with this id"),
        ("usr_..", "There is nobody with this id"),
        ("sue", "an email address or an id"),
        ("", "an email address or an id"),
        ("sue@", "email"),
        (b"\xff@example.com", "not text in UTF-8"),
        (b"usr_\xff", "not text in UTF-8"),
    ],
)
def test_whoever_is_not_in_the_directory_is_not_found(
    directory: ServerProcess, who: str | bytes, words: str
) -> None:
    done = without_terminal(directory, "remove-user", who, "--yes")

    assert (done.returncode, done.stdout) == (1, "")
    assert words in done.stderr


@pytest.mark.parametrize("how", ["--remove", "--password=-"])
def test_nobody_has_no_password(directory: ServerProcess, how: str) -> None:
    done = without_terminal(directory, "set-password", "no@example.com", how, typed=PASSWORD)

    assert (done.returncode, done.stdout) == (1, "")
    assert "There is nobody with this address" in done.stderr


def test_the_last_operator_stays(server: ServerProcess) -> None:
    ann = "ann@example.com"
    add(server, ann, "--operator", "--password", PASSWORD)

    removed = without_terminal(server, "remove-user", ann, "--yes")
    locked_out = without_terminal(server, "set-password", ann, "--remove")

    for done in (removed, locked_out):
        assert (done.returncode, done.stdout) == (1, "")
        assert "This is the last active operator" in done.stderr
    assert signs_in(server, ann, PASSWORD)
