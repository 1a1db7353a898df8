"""An authenticator written by others, `soft-webauthn`, behind a pipe: one JSON object a line comes in, one goes out.

in:  {"create" or "get": the options as the service gives them, "origin": "https://…", "verifies": true}
out: what `toJSON` of a browser's PublicKeyCredential gives, or {"error": "…"}

soft-webauthn never verifies its user. With "verifies", the flag UV is set and what is signed is signed anew.
"""
import base64
import hashlib
import json
import sys

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from soft_webauthn import SoftWebauthnDevice

FLAGS, USER_VERIFIED = 32, 0x04


def packed(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unpacked(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def verified(data):
    return data[:FLAGS] + bytes([data[FLAGS] | USER_VERIFIED]) + data[FLAGS + 1:]


def create(device, options, origin, verifies):
    options = {**options, "challenge": unpacked(options["challenge"])}
    options["user"] = {**options["user"], "id": unpacked(options["user"]["id"])}
    made = device.create({"publicKey": options}, origin)
    attestation = cbor.decode(made["response"]["attestationObject"])
    if verifies:
        attestation["authData"] = verified(attestation["authData"])
    return answer(made, {"attestationObject": packed(cbor.encode(attestation)), "transports": ["internal"],
                         "publicKeyAlgorithm": -7, "authenticatorData": packed(attestation["authData"])})


def get(device, options, origin, verifies):
    made = device.get({"publicKey": {**options, "challenge": unpacked(options["challenge"])}}, origin)
    response = made["response"]
    data, signature = response["authenticatorData"], response["signature"]
    if verifies:
        data = verified(data)
        message = data + hashlib.sha256(response["clientDataJSON"]).digest()
        signature = device.private_key.sign(message, ec.ECDSA(hashes.SHA256()))
    return answer(made, {"authenticatorData": packed(data), "signature": packed(signature),
                         "userHandle": packed(response["userHandle"])})


def answer(made, response):
    identity = packed(made["rawId"])
    response["clientDataJSON"] = packed(made["response"]["clientDataJSON"])
    return {"id": identity, "rawId": identity, "type": made["type"], "authenticatorAttachment": "platform",
            "clientExtensionResults": {}, "response": response}


def main():
    device = SoftWebauthnDevice()
    for line in sys.stdin:
        order = json.loads(line)
        work, options = (create, order["create"]) if "create" in order else (get, order["get"])
        try:
            made = work(device, options, order["origin"], order["verifies"])
        except ValueError as error:
            made = {"error": str(error)}
        print(json.dumps(made), flush=True)


if __name__ == "__main__":
    main()
