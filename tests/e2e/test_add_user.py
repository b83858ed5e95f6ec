"""`awaithumans add-user`: by flags in a script, or asked in a terminal."""

import json

import pytest

from tests.e2e.directory import PASSWORD, add, look, signs_in
from tests.e2e.terminal import CTRL_C, CTRL_D, Terminal, without_terminal
from tests.support.process import ServerProcess


def test_a_person_is_added_by_flags_and_told_apart_by_an_id(
    directory: ServerProcess, email: str
) -> None:
    done = without_terminal(
        directory, "add-user", "--email", email, "--pool", "refunds", "--display-name", "Sue"
    )

    user = look(directory, email)
    assert done.returncode == 0, done.stderr
    assert user
    assert (user["pool"], user["display_name"], user["is_operator"]) == ("refunds", "Sue", False)
    assert done.stdout == (
        f"Added {email} as a reviewer: {user['id']}\n"
        "They can't sign in until they have a password: "
        f"awaithumans set-password {email}\n"
    )


def test_a_person_with_a_password_from_a_pipe_can_sign_in(
    directory: ServerProcess, email: str
) -> None:
    done = without_terminal(
        directory, *("add-user", "--email", email, "--password", "-"), typed=f"{PASSWORD}\nmore\n"
    )

    assert done.returncode == 0, done.stderr
    assert "can't sign in" not in done.stdout
    assert signs_in(directory, email, PASSWORD)


def test_a_person_of_slack_alone_is_told_what_signing_in_takes(directory: ServerProcess) -> None:
    done = without_terminal(
        directory, *("add-user", "--slack-user-id", "U0123ABCD", "--slack-team-id", "T0123ABCD")
    )

    assert done.returncode == 0, done.stderr
    assert "Added U0123ABCD as a reviewer: usr_" in done.stdout
    assert "that takes an email address and a password" in done.stdout
    assert "U0123ABCD" in without_terminal(directory, "list-users").stdout


def test_with_json_the_person_is_printed(directory: ServerProcess, email: str) -> None:
    user = add(directory, email, "--role", "support", "--access-level", "senior")

    assert user == look(directory, email)
    assert (user["role"], user["access_level"]) == ("support", "senior")


def test_everything_is_asked_in_the_terminal_and_mistakes_are_asked_again(
    directory: ServerProcess, email: str
) -> None:
    terminal = Terminal(directory, "add-user")
    terminal.answer("Email address: ", "sue at example\n")
    terminal.answer("This should look like sue@example.com.")
    terminal.answer("Email address: ", f" {email} \n")
    terminal.answer("Name [empty: leave out]: ", "Sue\n")
    terminal.answer("Pool [empty: leave out]: ", "refunds\n")
    terminal.answer("Role [empty: leave out]: ", "x" * 101 + "\n")
    terminal.answer("This should have at most 100 characters.")
    terminal.answer("Role [empty: leave out]: ", "\n")
    terminal.answer("Access level [empty: leave out]: ", "\n")
    terminal.answer("every task? [yes/no; empty: no]: ", "perhaps\n")
    terminal.answer("every task? [yes/no; empty: no]: ", "\n")
    terminal.answer("Password [empty: none]: ", "short\n")
    terminal.answer("This should have at least 12 characters.")
    terminal.answer("Password [empty: none]: ", f"{PASSWORD}\n")
    terminal.answer("The same again: ", "correct horse battery stable\n")
    terminal.answer("The two are not the same.")
    terminal.answer("Password [empty: none]: ", f"{PASSWORD}\n")
    terminal.answer("The same again: ", f"{PASSWORD}\n")
    code = terminal.end()

    user = look(directory, email)
    assert code == 0, terminal.shown
    assert user
    assert (user["display_name"], user["pool"], user["role"]) == ("Sue", "refunds", None)
    assert PASSWORD not in terminal.shown
    assert signs_in(directory, email, PASSWORD)


def test_an_address_that_somebody_has_is_asked_again_and_the_rest_is_kept(
    directory: ServerProcess, email: str
) -> None:
    add(directory, email)

    terminal = Terminal(directory, "add-user", "--pool", "refunds", "--operator")
    terminal.answer("Email address: ", f"{email}\n")
    terminal.answer("Name [empty: leave out]: ", "Zoe\n")
    terminal.answer("Role [empty: leave out]: ", "\n")
    terminal.answer("Access level [empty: leave out]: ", "\n")
    terminal.answer("Password [empty: none]: ", "\n")
    terminal.answer("Email address: ", f"zoe.{email}\n")
    code = terminal.end()

    user = look(directory, f"zoe.{email}")
    assert code == 0, terminal.shown
    assert "Somebody in the directory has this" in terminal.shown
    assert "can't sign in until" in terminal.shown
    assert user
    assert (user["display_name"], user["pool"], user["is_operator"]) == ("Zoe", "refunds", True)


@pytest.mark.parametrize("left_with", [CTRL_C, CTRL_D])
def test_whoever_leaves_a_question_adds_nobody(
    directory: ServerProcess, email: str, left_with: str
) -> None:
    terminal = Terminal(directory, "add-user", "--display-name", "Sue", "--role", "support")
    terminal.answer("Email address: ", f"{email}\n")
    code = terminal.leave("Pool [empty: leave out]: ", left_with)

    assert code == 130
    assert "Nobody was added." in terminal.shown
    assert "Traceback" not in terminal.shown
    assert look(directory, email) is None


@pytest.mark.parametrize("left_at", ["Password [empty: none]: ", "The same again: "])
def test_whoever_leaves_the_hidden_question_adds_nobody(
    directory: ServerProcess, email: str, left_at: str
) -> None:
    given = ("--display-name", "Sue", "--role", "r", "--access-level", "a", "--pool", "p")
    terminal = Terminal(directory, "add-user", *given, "--operator")
    terminal.answer("Email address: ", f"{email}\n")
    if left_at.startswith("The same"):
        terminal.answer("Password [empty: none]: ", f"{PASSWORD}\n")
    code = terminal.leave(left_at)

    assert code == 130
    assert "Nobody was added." in terminal.shown
    assert look(directory, email) is None


def test_without_a_terminal_and_an_address_it_says_which_flags_there_are(
    directory: ServerProcess,
) -> None:
    done = without_terminal(directory, "add-user", "--pool", "refunds")

    assert (done.returncode, done.stdout) == (1, "")
    assert "--email or --slack-user-id" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--email", "sue at example"), "'--email': it should look like sue@example.com"),
        (("--email", ""), "'--email': it should look like"),
        (("--slack-user-id", "sue"), "it should look like U0123ABCD"),
        (("--slack-team-id", "team"), "it should look like T0123ABCD"),
        (("--display-name", ""), "should have at least 1 character"),
        (("--pool", b"\xff"), "'--pool': it should be a valid string"),
        (("--email", "s@example.com", "--password", "short"), "should have at least 12 characters"),
        (("--email", "s@example.com", "--password", "-"), "should have at least 12 characters"),
    ],
)
def test_a_flag_that_can_not_be_is_named_before_anything_is_sent(
    directory: ServerProcess, arguments: tuple[str | bytes, ...], words: str
) -> None:
    done = without_terminal(directory, "add-user", *arguments, AWAITHUMANS_URL="http://127.0.0.1:9")

    assert done.returncode == 2
    assert words in " ".join(done.stderr.split())


def test_a_password_that_is_no_text_is_refused(directory: ServerProcess, email: str) -> None:
    done = without_terminal(
        directory, "add-user", "--email", email, "--password", "-", typed=b"\xff" * 20
    )

    assert done.returncode == 2
    assert look(directory, email) is None


def test_an_address_that_somebody_has_is_an_error(directory: ServerProcess, email: str) -> None:
    add(directory, email)

    said = without_terminal(directory, "add-user", "--email", email.upper())
    printed = without_terminal(directory, "add-user", "--email", email, "--json")

    assert (said.returncode, printed.returncode) == (1, 1)
    assert "Somebody in the directory has this email address" in said.stderr
    assert json.loads(printed.stdout)["error_code"] == "USER_ALREADY_EXISTS"


def test_a_password_needs_an_address(directory: ServerProcess) -> None:
    done = without_terminal(
        directory, "add-user", "--slack-user-id", "U9999ABCD", "--password", PASSWORD
    )

    assert done.returncode == 1
    assert "email" in done.stderr
