"""Calls the fake AWS with botocore and prints what it read from the answers.

The first argument is a file with a JSON object: endpoint, region, accessKeyId, secretAccessKey,
protocol (the one to prefer: botocore takes JSON where a service speaks both JSON and CBOR), calls ([service, operation, input]).
Bytes are {"base64Bytes": ...}, both ways.
"""

import base64
import base64
import json
import sys
from datetime import datetime, timezone

import botocore.model
import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError


def plain(value):
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).timestamp()
    if isinstance(value, bytes):
        return {"base64Bytes": base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items() if name != "ResponseMetadata"}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def with_bytes(members):
    if list(members) == ["base64Bytes"]:
        return base64.b64decode(members["base64Bytes"])
    return members


def with_bytes(value):
    """The other way round: bytes come as {"$bytes": base64}."""
    if isinstance(value, dict):
        if list(value) == ["$bytes"]:
            return base64.b64decode(value["$bytes"])
        return {name: with_bytes(member) for name, member in value.items()}
    if isinstance(value, list):
        return [with_bytes(item) for item in value]
    return value


def method_of(client, operation):
    return getattr(client, next(name for name, of in client.meta.method_to_api_mapping.items() if of == operation))


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        given = json.load(file, object_hook=with_bytes)
    preferred = given["protocol"]
    known = botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS
    assert preferred in known
    botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS = (preferred, *known)
    clients = {}
    answers = []
    for service, operation, params in given["calls"]:
        if service not in clients:
            clients[service] = botocore.session.Session().create_client(
                service,
                region_name=given["region"],
                endpoint_url=given["endpoint"],
                aws_access_key_id=given["accessKeyId"],
                aws_secret_access_key=given["secretAccessKey"],
                config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
            )
        try:
            answer = method_of(clients[service], operation)(**with_bytes(params))
            for name in ("Body", "body"):
                if name in answer:
                    answer[name] = answer[name].read().decode()
            answers.append(plain(answer))
        except ClientError as error:
            answers.append({"error": error.response["Error"]["Code"]})
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
