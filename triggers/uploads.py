"""Uploads as they land: the blob trigger, and the timer that looks after what it has missed."""

import logging

import azure.durable_functions as df
import azure.functions as func
from azurefunctions.extensions.bindings.blob import BlobClient

from shared.images.storage import UPLOADS
from shared.services import services

logger = logging.getLogger(__name__)
blueprint = df.Blueprint()


@blueprint.blob_trigger(arg_name="upload", path=f"{UPLOADS}/{{productId}}/{{imageId}}", connection="Uploads")
async def process_upload(upload: BlobClient) -> None:
    """Checks and resizes one upload. The binding hands over a client: not a byte is read before the checks."""
    await services().upload_processor.process(upload.blob_name)


@blueprint.timer_trigger(arg_name="timer", schedule="30 */5 * * * *", use_monitor=False)
async def look_after_uploads(timer: func.TimerRequest) -> None:
    """Finishes or removes what uploads have left behind, and says what it did."""
    report = await services().orphaned_uploads.look_after()
    logger.info("Uploads looked after: %s.", report)
