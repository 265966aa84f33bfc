"""Files through the real client: statuses by the clock, shapes of both Azure surfaces, refusals."""

from typing import Any

import openai
import pytest


def test_an_upload_answers_201_with_a_location_that_leads_back_to_it(world: Any, azure: Any, rows: Any) -> None:
    raw = azure.files.with_raw_response.create(file=("a.jsonl", rows()), purpose="fine-tune")
    assert raw.status_code == 201
    file = raw.parse()
    assert raw.headers["location"].startswith(f"{world.url}/accounts/aoai-sweden/openai/files/{file.id}")
    assert world.raw.get(raw.headers["location"]).json()["id"] == file.id


def test_azure_takes_its_time_to_process_a_file(world: Any, azure: Any, rows: Any) -> None:
    file = azure.files.create(file=("a.jsonl", rows()), purpose="fine-tune")
    seen = [file.status]
    for _ in range(2):
        world.advance(5)
        seen.append(azure.files.retrieve(file.id).status)
    assert seen == ["pending", "running", "processed"]


def test_the_content_comes_back_byte_for_byte(azure: Any, upload: Any) -> None:
    content = b"\xef\xbb\xbf" + bytes(range(256)) * 3
    assert azure.files.content(upload(azure, content)).content == content


def test_the_dated_list_has_no_pages_and_ignores_after(azure: Any, upload: Any) -> None:
    ids = [upload(azure) for _ in range(3)]
    answer = azure.files.with_raw_response.list(after=ids[0], limit=1).http_response.json()
    assert [file["id"] for file in answer["data"]] == ids[::-1]
    assert set(answer) == {"object", "data"}


def test_the_v1_list_has_pages(v1: Any, upload: Any) -> None:
    ids = [upload(v1) for _ in range(3)]
    first = v1.files.list(limit=2)
    assert first.has_more
    assert [file.id for file in first.data] == [ids[2], ids[1]]
    assert [file.id for file in v1.files.list(limit=2)] == ids[::-1], "the SDK's pager finds the end"


def test_a_deleted_file_is_gone(azure: Any, upload: Any) -> None:
    file = upload(azure)
    assert azure.files.delete(file).deleted
    with pytest.raises(openai.NotFoundError) as refused:
        azure.files.retrieve(file)
    assert refused.value.code == "notFound"


def test_both_surfaces_show_the_same_files(azure: Any, v1: Any, upload: Any) -> None:
    assert upload(azure) in [file.id for file in v1.files.list()]


@pytest.mark.parametrize(
    ("fields", "files"),
    [
        ({"purpose": "nonsense"}, {"file": ("a.jsonl", b"x")}),
        ({}, {"file": ("a.jsonl", b"x")}),
        ({"purpose": "fine-tune"}, {"other": ("a.jsonl", b"x")}),
        ({"purpose": "fine-tune"}, {"file": ("a.jsonl", b"")}),
        ({"purpose": "fine-tune", "expires_after[anchor]": "born"}, {"file": ("a.jsonl", b"x")}),
    ],
)
def test_a_bad_upload_is_a_400(world: Any, fields: Any, files: Any) -> None:
    answer = world.raw.post(f"{world.account()}openai/files?api-version=2024-10-21", data=fields, files=files)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalidPayload"


def test_junk_instead_of_multipart_is_a_400(world: Any) -> None:
    url = f"{world.account()}openai/files"
    for content_type in ("multipart/form-data", "multipart/form-data; boundary=b", "application/json", "text/plain"):
        answer = world.raw.post(url, content=b"--b\r\nnonsense\xff\x00", headers={"Content-Type": content_type})
        assert answer.status_code == 400, content_type


def test_files_expire_when_asked_to(world: Any, v1: Any, rows: Any) -> None:
    file = v1.files.create(
        file=("a.jsonl", rows()), purpose="fine-tune", expires_after={"anchor": "created_at", "seconds": 3600}
    )
    assert file.expires_at == file.created_at + 3600
    world.advance(3601)
    assert v1.files.list().data == []
