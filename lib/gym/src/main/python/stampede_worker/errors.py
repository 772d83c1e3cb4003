"""What is told of an error, and whose it is."""

import os
import traceback

LONGEST_TRACE = 20_000

#: Where this package is.
HERE = os.path.dirname(__file__) + os.sep


class NotFound(Exception):
    """There is no environment of this name."""


def describe(e: BaseException) -> str:
    """One word on whose fault it is, a colon, and what to tell the user."""
    try:
        if isinstance(e, NotFound):
            return f"not found:{e}"[:LONGEST_TRACE]
        if isinstance(e, SystemExit):
            e = RuntimeError(f"the environment called sys.exit({e.code!r})").with_traceback(
                e.__traceback__
            )
        reason = "".join(traceback.format_exception_only(e)).rstrip()[:LONGEST_TRACE]
        trace = f"{reason}\n{trace_of(e)}"
    except BaseException as worse:  # An exception that cannot even be printed.
        trace = f"{type(e).__name__}, and describing it failed with {type(worse).__name__}"
    return "failed:" + (trace if len(trace) <= LONGEST_TRACE else "… " + trace[-LONGEST_TRACE:])


def trace_of(e: BaseException) -> str:
    """Where it was raised, without the frames of this package that only led there."""
    whole = traceback.TracebackException.from_exception(e)
    each: traceback.TracebackException | None = whole
    while each is not None:
        others = [frame for frame in each.stack if not frame.filename.startswith(HERE)]
        each.stack = traceback.StackSummary.from_list(others or each.stack)
        each = each.__cause__ or each.__context__
    return "".join(whole.format()).rstrip()
