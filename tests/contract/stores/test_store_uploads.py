"""An upload that was accepted, and files that do not exist for a role that may not list."""

from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError
from ledgerlink.domain.errors import Conflict, NotFound
from ledgerlink.storage.staging import TRIES, S3Staging

from tests.contract.stores.samples import ACME, run
from tests.contract.stores.stores import Stores

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def test_what_was_accepted_stays_as_it_was(stores: Stores) -> None:
    """Case security 8."""
    upload_id, address = stores.staging.upload_address(ACME)
    with pytest.raises(NotFound):
        stores.staging.accept_upload(ACME, upload_id)
    stores.upload(address, b'{"key": "first"}')
    first = stores.staging.accept_upload(ACME, upload_id)
    stores.upload(address, b'{"key": "later"}')
    assert list(stores.staging.records(first.name)) == [b'{"key": "first"}']
    assert stores.staging.uploaded_file(ACME, first.upload_id) == b'{"key": "first"}'
    later = stores.staging.accept_upload(ACME, upload_id)
    assert list(stores.staging.records(later.name)) == [b'{"key": "later"}']
    assert first.tag != later.tag


class Refusing:
    """S3 that answers every call with this code."""

    def __init__(self, code: str, calls: dict[str, Any]) -> None:
        self.code, self.calls = code, calls

    def __getattr__(self, name: str) -> Any:
        def call(**_given: Any) -> Any:
            if name in self.calls:
                return self.calls[name]
            raise ClientError({"Error": {"Code": self.code, "Message": "no"}}, name)

        return call


def refusing(code: str, **calls: Any) -> S3Staging:
    return S3Staging(cast("S3Client", Refusing(code, calls)), "bucket")


@pytest.mark.parametrize("code", ["AccessDenied", "403", "404", "NoSuchKey"])
def test_a_file_that_may_not_be_listed_is_absent(code: str) -> None:
    """Case security 4."""
    staging = refusing(code)
    assert staging.notes(run(), "entities") == []
    asked = (staging.uploaded, staging.accept_upload, staging.uploaded_file, staging.upload_size)
    for ask in asked:
        with pytest.raises(NotFound):
            ask(ACME, "0" * 32)


def test_another_failure_of_s3_is_no_absence() -> None:
    staging = refusing("SlowDown")
    for ask in (lambda: staging.notes(run(), "x"), lambda: staging.uploaded(ACME, "0" * 32)):
        with pytest.raises(ClientError):
            ask()


def test_an_upload_that_is_written_all_the_time_is_refused() -> None:
    staging = refusing("PreconditionFailed", head_object={"ETag": "x"})
    assert TRIES > 1
    with pytest.raises(Conflict, match="being written"):
        staging.accept_upload(ACME, "0" * 32)


def test_the_size_of_an_upload(stores: Stores) -> None:
    """Case general 10: without reading it."""
    upload_id, address = stores.staging.upload_address(ACME)
    with pytest.raises(NotFound):
        stores.staging.upload_size(ACME, upload_id)
    for content in (b"", b"pdf" * 1000):
        stores.upload(address, content)
        assert stores.staging.upload_size(ACME, upload_id) == len(content)
