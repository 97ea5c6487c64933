"""The queue behind a topic: made, or read until enough has come. Says what it got as JSON."""

import json
import sys

import boto3

# How often a long poll of twenty seconds may come back with nothing new before that is all.
POLLS = 6


def behind(topic, name):
    """Makes a queue of this name that the topic delivers to."""
    sqs = boto3.client("sqs")
    fifo = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
    url = sqs.create_queue(QueueName=name, Attributes=fifo)["QueueUrl"]
    wanted = ["QueueArn"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=wanted)["Attributes"]["QueueArn"]
    boto3.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return url


def receive(url, count):
    """Takes messages out of the queue until there are so many."""
    sqs = boto3.client("sqs")
    taken, polls = [], 0
    while len(taken) < int(count) and polls < POLLS:
        most = min(10, int(count) - len(taken))
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=most, WaitTimeSeconds=20)
        messages = answer.get("Messages", [])
        polls += not messages
        for message in messages:
            taken.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return taken


print(json.dumps({"behind": behind, "receive": receive}[sys.argv[1]](*sys.argv[2:])))
