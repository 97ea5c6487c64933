"""The statements of every aws_iam_policy_document in the files named, as a policy of JSON says them."""

import json
import sys

import hcl2


def plain(value):
    """Texts without the quotes that they have in the file."""
    if isinstance(value, str):
        return value[1:-1] if value.startswith('"') else value
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    return value


def statements(value):
    if isinstance(value, list):
        for item in value:
            yield from statements(item)
    elif isinstance(value, dict):
        if "sid" in value and "actions" in value:
            yield value
        else:
            for item in value.values():
                yield from statements(item)


def policy(statement):
    told = {
        "Sid": statement["sid"],
        "Effect": statement.get("effect", "Allow"),
        "Action": statement["actions"],
    }
    if "resources" in statement:
        told["Resource"] = statement["resources"]
    if "principals" in statement:
        told["Principal"] = {one["type"]: one["identifiers"] for one in statement["principals"]}
    if "condition" in statement:
        told["Condition"] = {one["test"]: {one["variable"]: one["values"]} for one in statement["condition"]}
    return told


files = {}
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        files[path] = [policy(one) for one in statements(plain(hcl2.load(file)))]
print(json.dumps(files))
