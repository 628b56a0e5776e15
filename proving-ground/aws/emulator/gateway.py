"""What the emulators ask the gateway, which knows the other emulator's half of the account."""

import json
import os
import urllib.error
import urllib.parse
import urllib.request


def ask(path, body=None, **query):
    url = os.environ["GATEWAY_URL"] + path + ("?" + urllib.parse.urlencode(query) if query else "")
    request = urllib.request.Request(
        url,
        data=None if body is None else json.dumps(body).encode(),
        headers={"x-gateway-secret": os.environ["GATEWAY_SECRET"]},
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        raise RuntimeError(json.load(error)["message"]) from error
