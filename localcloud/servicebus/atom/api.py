"""The administration endpoint: requests about the namespace, entities and rules (api-version 2021-05 and before)."""

from collections.abc import Iterable
from http import HTTPMethod, HTTPStatus
from xml.etree import ElementTree as ET

from aiohttp import web

from localcloud.servicebus.atom import changes
from localcloud.servicebus.atom.access import check_access
from localcloud.servicebus.atom.descriptions import (
    QUEUE_SETTINGS,
    SUBSCRIPTION_SETTINGS,
    TOPIC_SETTINGS,
    described,
)
from localcloud.servicebus.atom.documents import (
    SERVICE_BUS,
    Entry,
    RequestError,
    add,
    entry_element,
    error_element,
    feed_element,
    moment,
    serialized,
)
from localcloud.servicebus.atom.place import Place, place_of
from localcloud.servicebus.atom.rules import described_rule
from localcloud.servicebus.broker.broker import Broker
from localcloud.servicebus.broker.descriptions import DefinitionError, EntityExistsError, EntityMissingError
from localcloud.servicebus.broker.entity import Entity
from localcloud.servicebus.broker.filters.rules import RuleDefinition
from localcloud.servicebus.broker.queue import Queue
from localcloud.servicebus.broker.topic import Topic

MOST_IN_A_PAGE = 100
_STATUS = {EntityMissingError: HTTPStatus.NOT_FOUND, EntityExistsError: HTTPStatus.CONFLICT}


class AtomApi:
    """Answers everything that `/_localcloud/` doesn't."""

    def __init__(self, broker: Broker, *, checks_sas: bool) -> None:
        self._broker, self._checks_sas = broker, checks_sas

    def routes(self) -> list[web.RouteDef]:
        """All addresses: register them last."""
        return [web.route("*", "/{path:.*}", self._answer)]

    async def _answer(self, request: web.Request) -> web.Response:
        try:
            now = self._broker.now().timestamp()
            check_access(request.headers.get("Authorization"), now, checks_sas=self._checks_sas)
            return await self._perform(request, place_of(request.match_info["path"]))
        except RequestError as error:
            return _answered(error.status, error_element(error.status, error.detail))
        except DefinitionError as error:
            status = _STATUS.get(type(error), HTTPStatus.BAD_REQUEST)
            text = f"SubCode={status * 100}. {error} Host: {request.host}."
            return _answered(status, error_element(status, text))

    async def _perform(self, request: web.Request, place: Place) -> web.Response:
        base = f"{request.scheme}://{request.host}"
        if request.method == HTTPMethod.GET:
            return _answered(HTTPStatus.OK, self._read(request, place, base))
        if place.kind not in ("entity", "subscription", "rule"):
            raise RequestError(HTTPStatus.METHOD_NOT_ALLOWED, f"{request.method} is not possible here.")
        if request.method == HTTPMethod.DELETE:
            changes.delete(self._broker, place)
            self._broker.journal.flush()
            return web.Response(status=HTTPStatus.OK)
        if request.method != HTTPMethod.PUT:
            raise RequestError(HTTPStatus.METHOD_NOT_ALLOWED, f"{request.method} is not possible here.")
        updates = "If-Match" in request.headers
        changes.put(self._broker, place, await request.read(), updates=updates)
        self._broker.journal.flush()
        return _answered(HTTPStatus.OK if updates else HTTPStatus.CREATED, self._entry(place, base))

    def _read(self, request: web.Request, place: Place, base: str) -> ET.Element:
        if place.kind == "namespace":
            return entry_element(self._namespace(request.host), base)
        if place.kind in ("entity", "subscription", "rule"):
            return self._entry(place, base)
        return _page(request, base, self._listed(place, base))

    def _entry(self, place: Place, base: str) -> ET.Element:
        entity = changes.entity_at(self._broker, place)
        if place.kind != "rule":
            return entry_element(_entity_entry(entity, base), base)
        rules = self._broker.definitions.subscription_of(entity).rules
        for name, rule in rules.items():
            if name.lower() == place.rule.lower():
                return entry_element(_rule_entry(entity, rule.definition), base)
        raise EntityMissingError(f"The subscription {entity.name} has no rule {place.rule}.")

    def _listed(self, place: Place, base: str) -> list[Entry]:
        if place.kind == "rules":
            entity = changes.entity_at(self._broker, place)
            rules = self._broker.definitions.subscription_of(entity).rules.values()
            return [_rule_entry(entity, rule.definition) for rule in rules]
        found: Iterable[Entity]
        if place.kind == "subscriptions":
            topic = changes.topic_at(self._broker, place.entity)
            found = [each.queue for each in topic.subscriptions.values()]
        elif place.kind == "topics":
            found = [entity for entity in self._broker.entities.values() if isinstance(entity, Topic)]
        else:
            queues = [entity for entity in self._broker.entities.values() if isinstance(entity, Queue)]
            found = [queue for queue in queues if not queue.is_dead_letters and not queue.in_topic]
        return [_entity_entry(entity, base) for entity in sorted(found, key=lambda entity: entity.path)]

    def _namespace(self, host: str) -> Entry:
        name = host.partition(":")[0]
        found = ET.Element(f"{SERVICE_BUS}NamespaceInfo")
        since = min(
            (entity.common.created_at for entity in self._broker.entities.values()), default=self._broker.now_ms()
        )
        for key, text in (
            ("CreatedTime", moment(since)),
            ("MessagingSKU", "Standard"),
            ("ModifiedTime", moment(since)),
            ("Name", name),
            ("NamespaceType", "Messaging"),
        ):
            add(found, key, text)
        return Entry("$namespaceinfo", name, found, since, since)


def _entity_entry(entity: Entity, base: str) -> Entry:
    title, options = entity.name, entity.common
    if isinstance(entity, Topic):
        description = described(entity, "TopicDescription", TOPIC_SETTINGS, base)
    elif isinstance(entity, Queue) and entity.in_topic:
        title = title.rpartition("/")[2]
        description = described(entity, "SubscriptionDescription", SUBSCRIPTION_SETTINGS, base)
    else:
        description = described(entity, "QueueDescription", QUEUE_SETTINGS, base)
    return Entry(entity.name, title, description, options.created_at, options.updated_at)


def _rule_entry(entity: Entity, rule: RuleDefinition) -> Entry:
    path = f"{entity.name}/Rules/{rule.name}"
    return Entry(path, rule.name, described_rule(rule), rule.created_at, rule.created_at)


def _page(request: web.Request, base: str, entries: list[Entry]) -> ET.Element:
    skip, top = _number(request, "$skip", 0), _number(request, "$top", MOST_IN_A_PAGE)
    if not 1 <= top <= MOST_IN_A_PAGE:
        raise RequestError(HTTPStatus.BAD_REQUEST, f"$top must be from 1 to {MOST_IN_A_PAGE}.")
    address = f"{base}{request.path}"
    shown = [entry_element(entry, base) for entry in entries[skip : skip + top]]
    following = f"{address}?$skip={skip + top}&$top={top}" if skip + top < len(entries) else None
    return feed_element(request.path.strip("/"), address, shown, following)


def _number(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, str(default))
    if not text.isdecimal():
        raise RequestError(HTTPStatus.BAD_REQUEST, f"{name} must be a whole number from 0.")
    return int(text)


def _answered(status: HTTPStatus, document: ET.Element) -> web.Response:
    kind = "application/atom+xml" if document.tag.endswith(("entry", "feed")) else "application/xml"
    return web.Response(body=serialized(document), status=status, content_type=kind, charset="utf-8")
