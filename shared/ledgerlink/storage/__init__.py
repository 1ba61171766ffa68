"""The ports of the services on AWS: DynamoDB, S3, SQS, Secrets Manager, EventBridge, Step
Functions."""
