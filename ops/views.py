"""Verb views: what the read models say, and building them anew from the events."""

import argparse
import asyncio
from typing import Any

from ops.options import add_json
from ops.outcome import Outcome, UsageError
from shared.ids import new_id
from shared.services import Services
from shared.views.generations import View


def add_views(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    """Declares the verb's arguments."""
    parser = verbs.add_parser("views", help="show or rebuild the read models")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    show = actions.add_parser("show", help="generations of all views, or one user's or product's part of a view")
    show.add_argument("view", nargs="?", choices=[str(view) for view in View])
    show.add_argument("subject", nargs="?", help="a user id (customer-orders) or a product id")
    show.set_defaults(run=_show)
    anew = actions.add_parser("rebuild", help="build a new generation from all events, then switch to it")
    anew.add_argument("view", nargs="*", help=f"which ones: {', '.join(View)}; none means all")
    anew.set_defaults(run=_rebuild)
    for action in (show, anew):
        add_json(action)
    return parser


async def _show(services: Services, arguments: argparse.Namespace) -> Outcome:
    if arguments.view is None or arguments.subject is None:
        wanted = list(View) if arguments.view is None else [View(arguments.view)]
        return await _generations(services, wanted)
    view, subject = View(arguments.view), str(arguments.subject)
    generation = (await services.projector.pointers.of(view)).active
    if view is View.CUSTOMER_ORDERS:
        return await _orders(services, subject)
    counters = services.projector.sales if view is View.PRODUCT_SALES else services.projector.stock
    totals = await counters.totals(subject, generation)
    lines = [f"{name}: {value}" for name, value in totals.items()]
    return Outcome(lines, {"view": str(view), "key": view.key(subject), "generation": generation, "totals": totals})


async def _generations(services: Services, wanted: list[View]) -> Outcome:
    lines, content = [], {}
    for view in wanted:
        found = await services.projector.pointers.of(view)
        building = f", building {found.building}" if found.building else ""
        lines.append(f"{view}: generation {found.active}{building}")
        content[str(view)] = {"active": found.active, "building": found.building}
    return Outcome(lines, {"views": content})


async def _orders(services: Services, user_id: str) -> Outcome:
    lines: list[str] = []
    orders: list[dict[str, Any]] = []
    async for order in services.order_list.everything(user_id):
        created = order.to_document()["createdAt"]
        lines.append(f"{created}  {order.id}  {order.status}  {order.stage}  {order.total_minor} {order.currency}")
        orders.append({"id": order.id, "status": order.status, "stage": order.stage, "sequence": order.event_sequence})
    return Outcome(lines or ["No orders."], {"key": View.CUSTOMER_ORDERS.key(user_id), "orders": orders})


async def _rebuild(services: Services, arguments: argparse.Namespace) -> Outcome:
    lines, content = [], []
    for done in await asyncio.gather(*(services.view_rebuild.run(view, new_id()) for view in _chosen(arguments.view))):
        view = done.view
        lines.append(f"{view}: {done.events} read, generation {done.generation} is active, {done.removed} old removed")
        content.append(
            {"view": str(view), "generation": done.generation, "events": done.events, "removed": done.removed}
        )
    return Outcome(lines, {"rebuilt": content})


def _chosen(names: list[str]) -> list[View]:
    unknown = [name for name in names if name not in list(View)]
    if unknown:
        raise UsageError(f"There is no view {unknown[0]}; there are {', '.join(View)}.")
    return [View(name) for name in names] or list(View)
