"""DynamoDB, S3, Secrets Manager and SQS behind the ports."""
