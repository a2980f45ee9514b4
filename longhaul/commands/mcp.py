"""`longhaul mcp`: the tools of a run over MCP on standard input and output, for a framework that starts its own server."""

from __future__ import annotations

import click

from harness.errors import UsageError
from longhaul import exits


@click.command(short_help="Serve the tools of a run over MCP on standard input and output.")
@click.option(
    "--url", envvar="LONGHAUL_TOOLS_URL", default="", help="The tool endpoint.  [default: LONGHAUL_TOOLS_URL]"
)
def command(url: str) -> int:
    """Serve the tools of a run over MCP on standard input and output.

    A framework under test starts this by itself. It forwards to the run's tool endpoint, so that each call passes the same
    door as any other. Most MCP clients hand no environment on: give them LONGHAUL_TOOLS_URL, or this command --url.
    """
    if not url:
        raise UsageError(
            "LONGHAUL_TOOLS_URL is not set; a program that longhaul runs finds it in its environment, and must hand it on: "
            "env={'LONGHAUL_TOOLS_URL': os.environ['LONGHAUL_TOOLS_URL']}, or --url"
        )
    if not url.startswith(("http://", "https://")):
        raise UsageError(f"the tool endpoint is {url!r}; it must be a URL such as http://127.0.0.1:8000/tools")
    from longhaul.forwarding import serve

    serve(url)
    return exits.FINE
