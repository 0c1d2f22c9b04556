import base64

import standardwebhooks
import svix


def verifies(library, line: str) -> str:
    secret, id, timestamp, signature, body = line.split("\t")
    headers = {"webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature}
    try:
        library.Webhook(secret).verify(base64.b64decode(body), headers)
    except library.WebhookVerificationError:
        return "0"
    return "1"


with open("cases.tsv", encoding="utf-8") as file:
    cases = file.read().rstrip("\n").split("\n")
for name, library in (("standardwebhooks", standardwebhooks), ("svix", svix)):
    print(name, "".join(verifies(library, line) for line in cases))
