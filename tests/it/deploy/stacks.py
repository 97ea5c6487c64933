"""Makes the stacks that the emulator can make, and says what became of roles and functions, as JSON."""

import io
import json
import sys
import urllib.parse
import zipfile

import boto3
import yaml
from moto.cloudformation.utils import yaml_tag_constructor

# What the emulator doesn't know is left out, and so is what refers to it.
UNKNOWN = {"AWS::Logs::Destination"}

yaml.add_multi_constructor("", yaml_tag_constructor, Loader=yaml.SafeLoader)


def template(path):
    with open(path, encoding="utf-8") as file:
        read = yaml.load(file, Loader=yaml.SafeLoader)
    gone = [name for name, one in read["Resources"].items() if one["Type"] in UNKNOWN]
    for name in gone:
        del read["Resources"][name]
    for name, output in list(read.get("Outputs", {}).items()):
        if any(json.dumps(output).find(f'"{one}') >= 0 for one in gone):
            del read["Outputs"][name]
    return json.dumps(read, default=str)


def make(name, **parameters):
    cloudformation = boto3.client("cloudformation")
    cloudformation.create_stack(
        StackName=name,
        TemplateBody=template(f"{sys.argv[1]}/{name}.yaml"),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack
    return {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}


def document(value):
    return value if isinstance(value, dict) else json.loads(urllib.parse.unquote(value))


def code():
    """A bucket with a zip file that has a program in it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("bootstrap", "")
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="code")
    s3.put_object(Bucket="code", Key="trailhound.zip", Body=packed.getvalue())
    return {"CodeBucket": "code", "CodeKey": "trailhound.zip"}


alerts = make("alerts")
senders = "111122223333,444455556666"
key, topic = alerts["KeyArn"], alerts["TopicArn"]
stream = make("stream", SenderAccounts=senders, KeyArn=key, AlarmTopicArn=topic)
reader = make("reader", WatcherRoleArn="arn:aws:iam::111122223333:role/watch", ExternalId="x" * 20)
function = make("function", AlertTopicArn=topic, KeyArn=key, StreamArn=stream["StreamArn"], **code())
roles = boto3.client("iam").list_roles()["Roles"]
client = boto3.client("lambda")
configuration = client.get_function_configuration(FunctionName=function["FunctionArn"])
print(
    json.dumps(
        {
            "topic": topic,
            "reader": reader["RoleArn"],
            "trust": {one["RoleName"]: document(one["AssumeRolePolicyDocument"]) for one in roles},
            "variables": configuration["Environment"]["Variables"],
            "mappings": client.list_event_source_mappings()["EventSourceMappings"],
        },
        default=str,
    )
)
