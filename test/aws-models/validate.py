"""Checks recorded answers of the fake AWS against the models of the services that botocore carries.

Reads JSON lines (service, operation, status, errorCode, body) and prints one JSON object: how many answers were checked, and
what is wrong with which line. botocore's parsers drop what they do not know, so answers are validated, never only parsed.
"""

import json
import re
import sys

from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader
from botocore.model import OperationNotFoundError, ServiceModel
from botocore.validate import ParamValidator

# Errors that every service answers, as AWS documents them for its APIs.
COMMON_ERRORS = {
    "AccessDeniedException",
    "ExpiredTokenException",
    "IncompleteSignatureException",
    "InternalFailure",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "RequestExpired",
    "SerializationException",
    "ServiceUnavailable",
    "ThrottlingException",
    "UnknownOperationException",
    "UnrecognizedClientException",
    "ValidationException",
}
# S3 documents its codes in a list of their own; its model names few of them.
FURTHER_ERRORS = {
    "s3": {
        "AccessDenied",
        "AuthorizationHeaderMalformed",
        "ExpiredToken",
        "InternalError",
        "InvalidAccessKeyId",
        "InvalidArgument",
        "InvalidBucketName",
        "InvalidRange",
        "NoSuchBucket",
        "NoSuchKey",
        "PreconditionFailed",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
        "SlowDown",
    }
}


def walk(value, shape, path):
    """What ParamValidator leaves out: values of enumerations, lengths from above, patterns, timestamps that are no numbers."""
    if value is None:
        return
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        for name, member in value.items():
            if name in shape.members:
                yield from walk(member, shape.members[name], f"{path}.{name}")
    elif kind == "list" and isinstance(value, list):
        for index, item in enumerate(value):
            yield from walk(item, shape.member, f"{path}[{index}]")
    elif kind == "map" and isinstance(value, dict):
        for name, member in value.items():
            yield from walk(member, shape.value, f"{path}.{name}")
    elif kind == "string" and isinstance(value, str):
        if shape.enum and value not in shape.enum:
            yield f"{path}: a value that is not of the enumeration {shape.name}"
        if len(value) > shape.metadata.get("max", len(value)):
            yield f"{path}: longer than {shape.metadata['max']}"
        pattern = shape.metadata.get("pattern", "")
        # Classes of Unicode are not known to Python's expressions.
        if pattern and "\\p{" not in pattern and not re.search(f"^(?:{pattern})$", value):
            yield f"{path}: does not match {pattern}"
    elif kind == "timestamp" and (isinstance(value, bool) or not isinstance(value, (int, float))):
        yield f"{path}: a timestamp that is no number of seconds"


def problems_of(record, models):
    service = record["service"]
    if service not in models:
        try:
            models[service] = ServiceModel(Loader().load_service_model(service, "service-2"), service)
        except UnknownServiceError:
            return [f"unknown service {service}"]
    try:
        operation = models[service].operation_model(record["operation"])
    except OperationNotFoundError:
        return [f"unknown operation {record['operation']}"]
    code = record.get("errorCode")
    body = record["body"]
    if code is None:
        shape = operation.output_shape
        if record["status"] >= 300:
            return ["a status of an error without its code"]
        if shape is None:
            return [] if body in ({}, None) else ["a body where the model has none"]
    else:
        errors = {error.error_code: error for error in operation.error_shapes} | {
            error.name: error for error in operation.error_shapes
        }
        if code not in errors:
            if code in COMMON_ERRORS or code in FURTHER_ERRORS.get(service, set()):
                return []
            return [f"{code} is no error of {record['operation']}"]
        shape = errors[code]
        status = shape.metadata.get("error", {}).get("httpStatusCode")
        if status is not None and status != record["status"]:
            return [f"{code} has status {status}, not {record['status']}"]
        body = {name: value for name, value in body.items() if name != "Message" or "Message" in shape.members}
    report = ParamValidator().validate(body, shape)
    found = report.generate_report().splitlines() if report.has_errors() else []
    return found + list(walk(body, shape, record["operation"]))


def main():
    models = {}
    problems = []
    count = 0
    with open(sys.argv[1], encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            count += 1
            for problem in problems_of(json.loads(line), models):
                problems.append({"line": number, "problem": problem})
    print(json.dumps({"checked": count, "problems": problems}))


if __name__ == "__main__":
    main()
