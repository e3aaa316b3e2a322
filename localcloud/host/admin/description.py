"""A function as /admin/functions shows it."""

from pathlib import Path
from typing import Any

from localcloud.host.catalog import Catalog
from localcloud.host.model import FunctionMetadata
from localcloud.host.routing.table import full_route


def describe(function: FunctionMetadata, base: str, prefix: str, catalog: Catalog, data_dir: Path) -> dict[str, Any]:
    """The description with links below `base` (scheme and host, no trailing slash)."""
    name = function.name
    is_http = str(function.trigger["type"]).lower() == "httptrigger"
    script = Path(function.directory) / Path(function.script_file).name
    return {
        "name": name,
        "script_root_path_href": None,
        "script_href": f"{base}/admin/vfs{script}",
        "config_href": None,
        "test_data_href": f"{base}/admin/vfs{data_dir / (name + '.dat')}",
        "href": f"{base}/admin/functions/{name}",
        "invoke_url_template": f"{base}/{full_route(prefix, function).lower()}" if is_http else None,
        "language": "python",
        "config": {
            "name": name,
            "entryPoint": function.entry_point,
            "scriptFile": function.script_file,
            "language": "python",
            "functionDirectory": function.directory,
            "bindings": function.bindings,
        },
        "files": None,
        "test_data": "",
        "isDisabled": name in catalog.disabled,
        "isDirect": False,
        "isProxy": False,
    }
