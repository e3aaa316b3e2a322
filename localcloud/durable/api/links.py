"""Management links: what a start answers, and the JSON that a durableClient binding hands to the app."""

import json
from dataclasses import dataclass
from urllib.parse import quote_plus

WEBHOOK_PATH = "/runtime/webhooks/durabletask"
_PLACEHOLDER = "INSTANCEID"


@dataclass(frozen=True)
class Links:
    """Builds URLs of the public API that carry the system key."""

    task_hub: str
    connection: str
    """The connection's name as the links show it: "Storage" unless host.json names another."""
    key: str
    """The system key `durabletask_extension`."""

    def instance(self, origin: str, instance_id: str) -> dict[str, str]:
        """The body of a 202 after a start: the instance's links below `origin` ("http://host:port")."""
        links = self._management(f"{origin}{WEBHOOK_PATH}", _encoded(instance_id))
        del links["rewindPostUri"]
        return {"id": instance_id, **links}

    def binding(self, origin: str, rpc_url: str) -> str:
        """The durableClient JSON (`rpc_url` ends with a slash); the SDK replaces the placeholders in it."""
        base = f"{origin}{WEBHOOK_PATH}"
        create = f"{base}/orchestrators/{{functionName}}[/{{instanceId}}]"
        wait = "timeout={timeoutInSeconds}&pollingInterval={intervalInSeconds}"
        body = {
            "taskHubName": self.task_hub,
            "connectionName": None,
            "creationUrls": {
                "createNewInstancePostUri": f"{create}?code={self.key}",
                "createAndWaitOnNewInstancePostUri": f"{create}?{wait}&code={self.key}",
            },
            "managementUrls": {"id": _PLACEHOLDER, **self._management(base, _PLACEHOLDER)},
            "baseUrl": base,
            "requiredQueryStringParameters": f"code={self.key}",
            "rpcBaseUrl": rpc_url,
            "httpBaseUrl": None,
            "maxGrpcMessageSizeInBytes": None,
            "grpcHttpClientTimeout": None,
        }
        return json.dumps(body)

    def _management(self, base: str, encoded_id: str) -> dict[str, str]:
        instance = f"{base}/instances/{encoded_id}"
        query = f"taskHub={self.task_hub}&connection={self.connection}&code={self.key}"
        reason = "?reason={text}&"
        return {
            "statusQueryGetUri": f"{instance}?{query}",
            "sendEventPostUri": f"{instance}/raiseEvent/{{eventName}}?{query}",
            "terminatePostUri": f"{instance}/terminate{reason}{query}",
            "rewindPostUri": f"{instance}/rewind{reason}{query}",
            "purgeHistoryDeleteUri": f"{instance}?{query}",
            "restartPostUri": f"{instance}/restart?{query}",
            "suspendPostUri": f"{instance}/suspend{reason}{query}",
            "resumePostUri": f"{instance}/resume{reason}{query}",
        }


def public_origin(host_name: str) -> str:
    """The origin for a WEBSITE_HOSTNAME: plain http only for names that begin with "localhost", as on the real host."""
    return f"{'http' if host_name.startswith('localhost') else 'https'}://{host_name}"


def _encoded(instance_id: str) -> str:
    """An id as .NET's WebUtility.UrlEncode writes it: blanks as "+"."""
    return quote_plus(instance_id, safe="-_.!*()").replace("~", "%7E")
