"""openapi-python-client."""

import os
import re
import time
import uuid

import httpx
from plinth.api.accounts import confirm_email_verification, create_user, get_me, update_me
from plinth.api.audit import list_organization_audit_events
from plinth.api.organizations import create_organization, list_organizations
from plinth.api.sessions import create_session
from plinth.client import AuthenticatedClient, Client
from plinth.models import (
    AuditEventPage,
    ConfirmEmailVerification,
    CreateOrganization,
    CreateOrganizationProblem,
    CreateOrganizationProblemCode,
    CreateSession,
    CreateUser,
    Organization,
    OwnOrganizationPage,
    SignedIn,
    UpdateMe,
    User,
    VerificationSent,
)
from plinth.types import UNSET, Unset

API_URL = os.environ["API_URL"]
MAILBOX_URL = os.environ["MAILBOX_URL"]
EMAIL = f"client-{uuid.uuid4()}@example.com"
PASSWORD = "correct horse battery staple"


def emailed_token(address: str) -> str:
    """Waits for an email to the address, and returns the token of the link in it."""
    for _ in range(200):
        for email in httpx.get(f"{MAILBOX_URL}/api/email").json():
            token = re.search(r"[?&]token=([A-Za-z0-9_-]+)", email["text"])
            if token and any(to["address"] == address for to in email["to"]):
                return token.group(1)
        time.sleep(0.1)
    raise TimeoutError(f"No email to {address} arrived within 20 s.")


anonymous = Client(base_url=API_URL)
registered = create_user.sync(client=anonymous, body=CreateUser(email=EMAIL, password=PASSWORD, name="José"))
assert isinstance(registered, VerificationSent)
confirmed = confirm_email_verification.sync_detailed(
    client=anonymous, body=ConfirmEmailVerification(token=emailed_token(EMAIL))
)
assert confirmed.status_code == 204

signed_in = create_session.sync(client=anonymous, body=CreateSession(email=EMAIL, password=PASSWORD))
assert isinstance(signed_in, SignedIn)
client = AuthenticatedClient(base_url=API_URL, token=signed_in.access_token)

account = get_me.sync(client=client)
assert isinstance(account, User) and account.name == "José"
renamed = update_me.sync(client=client, body=UpdateMe(name="Pepa Capek"))
assert isinstance(renamed, User) and renamed.name == "Pepa Capek"
cleared = update_me.sync(client=client, body=UpdateMe(name=None))
assert isinstance(cleared, User) and cleared.name is None

body = CreateOrganization(name="Pepa Capek", slug=f"clients-{uuid.uuid4()}")
key = str(uuid.uuid4())
created = create_organization.sync(client=client, body=body, idempotency_key=key)
repeated = create_organization.sync(client=client, body=body, idempotency_key=key)
assert isinstance(created, Organization) and isinstance(repeated, Organization)
assert repeated.id == created.id

names: list[str] = []
cursor: str | Unset | None = UNSET
while cursor is not None:
    page = list_organizations.sync(client=client, limit=1, cursor=cursor)
    assert isinstance(page, OwnOrganizationPage)
    names += [organization.name for organization in page.data]
    cursor = page.next_cursor
assert len(names) == 2

events = list_organization_audit_events.sync(created.id, client=client)
assert isinstance(events, AuditEventPage) and events.data[0].action == "organization.created"

refused = create_organization.sync(client=client, body=body)
assert isinstance(refused, CreateOrganizationProblem)
assert refused.code is CreateOrganizationProblemCode.SLUG_TAKEN
