"""The composition root: every part of the shop put together, once per event loop, on that loop's Azure clients."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from azure.cosmos.aio import ContainerProxy

from shared import clients
from shared.accounts.repository import UserRepository
from shared.accounts.service import Accounts
from shared.auth.authenticator import Authenticator
from shared.auth.signing_keys import SigningKeys
from shared.auth.tokens import Tokens
from shared.cursors import Cursors
from shared.idempotency import IdempotencyRecords
from shared.images.orphans import Orphans
from shared.images.poison import QUEUE, PoisonedUploads
from shared.images.processing import UploadProcessor
from shared.images.repository import ImageRepository
from shared.images.slots import UploadSlots
from shared.images.storage import ImageStorage
from shared.images.upload_urls import UploadUrls
from shared.inventory.repository import InventoryRepository
from shared.messaging.records import MessageRecords
from shared.notifications.confirmation import Confirmations
from shared.notifications.mail import mailer
from shared.orders.repository import OrderRepository
from shared.orders.timeline import OrderTimeline
from shared.payments.gateway import PaymentGateway
from shared.payments.ledger import PaymentLedger
from shared.payments.simulated import SimulatedGateway
from shared.payments.tokens import PaymentTokens
from shared.per_loop import PerLoop
from shared.products.repository import ProductRepository
from shared.settings import Settings
from shared.shop import Shop
from shared.time import utc_now
from shared.views.order_events import OrderEvents
from shared.views.order_list import OrderList
from shared.views.projector import Projector
from shared.views.rebuild import SETTLE, Rebuild


@dataclass(frozen=True)
class Services:
    """The parts that entry points and the operators' command line work with; each is built when first asked for."""

    azure: clients.AzureClients
    now: Callable[[], datetime] = utc_now
    """The clock of every part."""

    @property
    def settings(self) -> Settings:
        """The app's settings."""
        return self.azure.settings

    @cached_property
    def users(self) -> UserRepository:
        """User documents."""
        return UserRepository(self._container("users"), self.now)

    @cached_property
    def accounts(self) -> Accounts:
        """Registration, login, profile."""
        return Accounts(self.users, self.settings.bcrypt_cost, self.now)

    @cached_property
    def signing_keys(self) -> SigningKeys:
        """The keys of tokens and cursors."""
        chosen = self.settings
        return SigningKeys(self.azure.secrets(), chosen.jwt_secret_name, chosen.signing_key_max_age, self.now)

    @cached_property
    def tokens(self) -> Tokens:
        """Access tokens."""
        chosen = self.settings
        return Tokens(
            self.signing_keys,
            issuer=chosen.jwt_issuer,
            audience=chosen.jwt_audience,
            lifetime=chosen.jwt_lifetime,
            now=self.now,
        )

    @cached_property
    def authenticator(self) -> Authenticator:
        """From the Authorization header to the caller."""
        return Authenticator(self.tokens, self.users)

    @cached_property
    def cursors(self) -> Cursors:
        """Signed positions in listings."""
        return Cursors(self.signing_keys)

    @cached_property
    def products(self) -> ProductRepository:
        """The catalogue."""
        return ProductRepository(self._container("products"), self.now)

    @cached_property
    def images(self) -> ImageRepository:
        """Image documents."""
        return ImageRepository(self._container("products"), self.now)

    @cached_property
    def image_storage(self) -> ImageStorage:
        """Uploads, images, quarantine."""
        return ImageStorage(self.azure.blobs())

    @cached_property
    def upload_slots(self) -> UploadSlots:
        """Upload URLs."""
        urls = UploadUrls(self.azure.blobs(), self.now)
        return UploadSlots(self.images, self.products, urls, lifetime=self.settings.upload_lifetime, now=self.now)

    @cached_property
    def upload_processor(self) -> UploadProcessor:
        """From uploads to images."""
        return UploadProcessor(self.images, self.products, self.image_storage, self.now)

    @cached_property
    def orphaned_uploads(self) -> Orphans:
        """What uploads leave behind."""
        return Orphans(
            images=self.images,
            products=self.products,
            storage=self.image_storage,
            processor=self.upload_processor,
            poisoned=PoisonedUploads(self.azure.queues().get_queue_client(QUEUE)),
            now=self.now,
        )

    @cached_property
    def orders(self) -> OrderRepository:
        """Orders."""
        return OrderRepository(self._container("orders"), self.now)

    @cached_property
    def inventory(self) -> InventoryRepository:
        """The stock and what orders hold of it."""
        return InventoryRepository(self._container("products"), self.now)

    @cached_property
    def gateway(self) -> PaymentGateway:
        """The payment provider."""
        return SimulatedGateway(PaymentLedger(self._container("payments"), self.now))

    @cached_property
    def shop(self) -> Shop:
        """What the steps of an order work with."""
        return Shop(self.orders, self.inventory, self.gateway, self.payment_tokens)

    @cached_property
    def message_records(self) -> MessageRecords:
        """What is known about messages."""
        return MessageRecords(self._container("requests"), self.now)

    @cached_property
    def order_events(self) -> OrderEvents:
        """Orders and their events, read back for subscribers."""
        return OrderEvents(self._container("orders"), self.orders)

    @cached_property
    def confirmations(self) -> Confirmations:
        """Mails that tell of confirmed orders."""
        return Confirmations(self.order_events, self.users, mailer(self.settings.mail_folder))

    @cached_property
    def projector(self) -> Projector:
        """Applies events to the views."""
        return Projector(self._container("views"), self.order_events, self.now)

    @cached_property
    def view_rebuild(self) -> Rebuild:
        """Builds views anew."""
        views, orders, products = (self._container(name) for name in ("views", "orders", "products"))
        return Rebuild(self.projector, views=views, orders=orders, products=products, settle=SETTLE)

    @cached_property
    def order_list(self) -> OrderList:
        """Customers' orders, from the view."""
        return OrderList(self._container("views"), self.projector)

    @cached_property
    def timeline(self) -> OrderTimeline:
        """What has happened to orders."""
        return OrderTimeline(self._container("orders"))

    @cached_property
    def payment_tokens(self) -> PaymentTokens:
        """Payment tokens, until the money has moved."""
        return PaymentTokens(self._container("payments"), self.now)

    @cached_property
    def idempotency(self) -> IdempotencyRecords:
        """First answers to requests that carry an Idempotency-Key."""
        return IdempotencyRecords(self._container("requests"), self.now)

    def _container(self, name: str) -> ContainerProxy:
        return self.azure.container(name)


services = PerLoop(lambda: Services(clients.clients()))
"""The running event loop's services. Raises SettingsError when the settings are wrong."""


def shop() -> Shop:
    """The running event loop's shop. Raises SettingsError."""
    return services().shop
