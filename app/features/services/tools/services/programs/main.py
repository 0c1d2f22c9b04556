import importlib
import sys

library, issuer, audience = sys.argv[1:]
verifier = importlib.import_module(f"{library}_verifier").Verifier(issuer, audience)
for line in sys.stdin:
    try:
        claims = verifier.verify(line.rstrip("\n"))
        print("accepted", claims["sub"], claims["organization"], claims["role"], flush=True)
    except Exception as error:
        print("refused", type(error).__name__, " ".join(str(error).split()), flush=True)
