"""Azure's blobs, asked for seconds where Azure's library by itself would ask for minutes."""

from typing import Any

AGAIN: dict[str, Any] = {
    "initial_backoff": 1,
    "increment_base": 2,
    "retry_total": 3,
    "random_jitter_range": 1,
}
"""A second, then 2, 4 and 8 more, and a little by chance."""
_CONNECT_S = 10
_SOON_S = 30


def patient_blobs() -> Any:
    """The file system of adlfs, with the credentials that it finds.

    Raises ImportError without adlfs, and what it and Azure's library raise.
    """
    from adlfs import AzureBlobFileSystem
    from azure.storage.blob.aio import BlobServiceClient, ExponentialRetry

    class PatientBlobs(AzureBlobFileSystem):
        """Connects as adlfs does; what asks again is ours, for which it has no option."""

        service_client: Any

        def do_connect(self) -> None:
            super().do_connect()
            found: Any = self.service_client
            self.service_client = BlobServiceClient(
                found.url,
                credential=found.credential,
                retry_policy=ExponentialRetry(**AGAIN),
                connection_timeout=_CONNECT_S,
                read_timeout=_SOON_S,
            )

    return PatientBlobs(skip_instance_cache=True, use_listings_cache=False)
