"""A program that pays what is listed, by an MCP client: `mcp_payer.py http|legacy|stdio keyed|blind [seconds]`."""

from __future__ import annotations

import asyncio
import json
import os
import sys

from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.shared.exceptions import MCPError

WAY, KEYED, PATIENCE = [*sys.argv[1:], "20"][:3]
STDIO = StdioServerParameters(
    command=sys.executable, args=["-m", "longhaul", "mcp"], env={"LONGHAUL_TOOLS_URL": os.environ["LONGHAUL_TOOLS_URL"]}
)
SERVER = STDIO if WAY == "stdio" else os.environ["LONGHAUL_MCP_URL"]


async def main() -> None:
    said = []
    async with Client(SERVER, mode="legacy" if WAY == "legacy" else "auto") as client:
        tools = (await client.list_tools()).tools
        said.append([[tool.name, tool.description, tool.input_schema["required"], tool.meta] for tool in tools])
        page = await client.call_tool("list_invoices", {"page": 1})
        for line in page.content[0].text.splitlines():
            name, _, owed = line.removeprefix("invoice ").partition(" = ")
            amount, _, payee = owed.partition(" to ")
            if not payee:
                continue
            meta = {"idempotencyKey": f"pay {name}"} if KEYED == "keyed" else None
            given = {"invoice": name, "amount": amount, "payee": payee}
            try:
                paid = await client.call_tool("pay_invoice", given, float(PATIENCE), meta=meta)
                said.append([paid.is_error, paid.content[0].text])
            except MCPError as error:
                said.append(["no answer", error.code])
        refused = await client.call_tool("pay_invoice", {"invoice": "INV-99999", "amount": "1.00", "payee": "Acme"})
        said.append([refused.is_error, refused.content[0].text])
        try:
            await client.call_tool("fly", {})
        except MCPError as error:
            said.append([error.code, error.message])
    print(json.dumps(said))


asyncio.run(main())
