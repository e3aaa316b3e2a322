"""The texts of failures as apps find them in exceptions, statuses and histories."""

import json
from collections.abc import Iterable

from localcloud.host.model import Failure

_HRESULT = -2146233088


def activity_failure(name: str, failure: Failure) -> tuple[str, str]:
    """Reason and Details of an activity's TaskFailed. Apps read `Details["Message"]`."""
    inner = {
        "$type": "Microsoft.Azure.WebJobs.Script.Workers.Rpc.RpcException, Microsoft.Azure.WebJobs.Script",
        "IsUserException": False,
        "RemoteStackTrace": failure.stack,
        "RemoteMessage": failure.text,
        "RemoteTypeName": None,
        "Message": str(failure),
        "Data": {"$type": "System.Collections.ListDictionaryInternal, System.Private.CoreLib"},
        "InnerException": None,
        "HelpLink": None,
        "Source": "System.Private.CoreLib",
        "HResult": _HRESULT,
        "StackTrace": failure.stack,
    }
    details = {
        "$type": "System.Exception, System.Private.CoreLib",
        "ClassName": "System.Exception",
        "Message": failure.text,
        "Data": None,
        "InnerException": inner,
        "HelpURL": None,
        "StackTraceString": None,
        "RemoteStackTraceString": None,
        "RemoteStackIndex": 0,
        "ExceptionMethod": None,
        "HResult": _HRESULT,
        "Source": None,
        "WatsonBuckets": None,
    }
    text = json.dumps(details, ensure_ascii=False, separators=(",", ":"))
    return f"Activity function '{name}' failed: {failure.text}", text


def orchestrator_failure(name: str, text: str) -> str:
    """The output of a failed orchestration, and the Reason that its parent sees."""
    return f"Orchestrator function '{name}' failed: {text}"


def child_details(name: str, reason: str) -> str:
    """Details of a SubOrchestrationInstanceFailed."""
    message = reason.removeprefix(orchestrator_failure(name, ""))
    return f"Message: {message}, StackTrace:    at {name}"


def unknown_function(kind: str, name: str, known: Iterable[str]) -> str:
    """Why a call of a function that isn't there fails; `kind` is "orchestrator", "activity" or "entity"."""
    names = ", ".join(f"'{other}'" for other in sorted(known))
    more = f"The following are the known {kind} functions: {names}." if names else f"The app has no {kind} functions."
    return f"The function '{name}' doesn't exist, is disabled, or is not an {kind} function. Additional info: {more}"
