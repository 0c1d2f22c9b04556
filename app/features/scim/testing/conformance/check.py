"""Runs scim2-tester against the service at the URL, with the token: one line of JSON per check."""
import json
import sys

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import check_server

url, token = sys.argv[1:]
with Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30) as client:
    for result in check_server(SyncSCIMClient(client)):
        print(json.dumps({"status": result.status.name, "title": result.title, "reason": (result.reason or "")[:1000]}))
