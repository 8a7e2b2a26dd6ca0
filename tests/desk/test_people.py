from __future__ import annotations

from pathlib import Path

import pytest

from paloverde.desk.people import People, Person, Role, generate_password
from paloverde.errors import BadSetting

PASSWORD = "correct horse battery"


@pytest.fixture
def people(tmp_path: Path) -> People:
    return People(tmp_path / "city" / "users.json")


def test_somebody_who_was_added_is_let_in_with_the_right_password_only(people: People) -> None:
    people.put("ana", "Ana Example", Role.CLERK, PASSWORD)
    assert people.check("ana", PASSWORD) == people.find("ana")
    assert people.check("ana", PASSWORD + "x") is None
    assert people.check("ana", "") is None
    assert people.check("nobody", PASSWORD) is None


def test_the_file_holds_hashes_and_opens_to_its_owner_alone(people: People) -> None:
    people.put("ana", "Ana Example", Role.CLERK, PASSWORD)
    people.put("ben", "Ben Example", Role.IT, PASSWORD)
    text = people.file.read_text()
    assert PASSWORD not in text
    assert text.count("$argon2id$") == 2
    assert people.find("ana").password != people.find("ben").password  # type: ignore[union-attr] # salted
    assert people.file.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in people.file.parent.iterdir()) == ["users.json", "users.json.lock"]


def test_a_file_that_others_can_read_is_refused(people: People) -> None:
    people.put("ana", "Ana Example", Role.CLERK, PASSWORD)
    people.file.chmod(0o640)
    with pytest.raises(BadSetting, match="chmod 600"):
        People(people.file).check("ana", PASSWORD)


def test_a_damaged_file_is_refused_and_lets_nobody_in(people: People) -> None:
    people.put("ana", "Ana Example", Role.CLERK, PASSWORD)
    people.file.write_text('[{"username": "ana"')
    with pytest.raises(BadSetting, match="is not a list of users"):
        people.check("ana", PASSWORD)


def test_a_change_by_another_process_counts_at_once(people: People) -> None:
    people.put("ana", "Ana Example", Role.CLERK, PASSWORD)
    assert people.check("ana", PASSWORD)
    People(people.file).remove("ana")
    assert people.check("ana", PASSWORD) is None


def test_a_new_password_and_role_end_the_old_ones(people: People) -> None:
    people.put("ana", "Ana Example", Role.CLERK, PASSWORD)
    people.put("ana", "Ana Example", Role.COUNSEL, "another long sentence")
    assert people.check("ana", PASSWORD) is None
    assert people.check("ana", "another long sentence") == people.find("ana")
    assert people.find("ana").role is Role.COUNSEL  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("username", "password", "sentence"),
    [
        ("Ana", PASSWORD, "cannot be a username"),
        ("../ana", PASSWORD, "cannot be a username"),
        ("ana\n", PASSWORD, "cannot be a username"),
        ("ana", "too short", "at least 15 characters"),
        ("ana", "x" * 2000, "at most 1024"),
    ],
)
def test_it_refuses_in_one_sentence(people: People, username: str, password: str, sentence: str) -> None:
    people.put("ben", "Ben Example", Role.IT, PASSWORD)
    with pytest.raises(BadSetting, match=sentence) as refused:
        people.put(username, "Name", Role.CLERK, password)
    assert password not in str(refused.value)
    assert [person.username for person in people.all()] == ["ben"]


def test_nobody_can_be_removed_who_is_not_there(people: People) -> None:
    with pytest.raises(BadSetting, match="Nobody signs in as 'ana'"):
        people.remove("ana")


def test_generated_passwords_are_long_and_all_different() -> None:
    made = {generate_password() for _ in range(200)}
    assert len(made) == 200
    assert {len(password) for password in made} == {29}


def test_a_person_prints_without_the_hash() -> None:
    assert "secret-hash" not in repr(Person("ana", "Ana", Role.CLERK, "secret-hash"))
