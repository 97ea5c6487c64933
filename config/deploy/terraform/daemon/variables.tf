variable "image" {
  type        = string
  description = "A private ECR image made from trailhound's, with /config/trailhound.toml in it; by digest (…@sha256:…) it is always the same."
}

variable "repository_arn" {
  type        = string
  description = "The ECR repository of the image."
}

variable "vpc" {
  type = string
}

variable "subnets" {
  type        = list(string)
  description = "Private, with a way to the AWS APIs (NAT gateway or VPC endpoints), each in another availability zone."
}

variable "reader_role_arns" {
  type        = list(string)
  default     = []
  description = "Output role_arn of module reader in each account with clusters that is polled; none behind a stream or objects."
}

variable "alert_topic_arn" {
  type        = string
  description = "Output topic_arn of module alerts."
}

variable "key_arn" {
  type        = string
  description = "Output key_arn of module alerts."
}

variable "name" {
  type    = string
  default = "trailhound"
}

variable "architecture" {
  type        = string
  default     = "ARM64"
  description = "ARM64 or X86_64, as the image is."
}

variable "cpu" {
  type    = number
  default = 1024
}

variable "memory" {
  type    = number
  default = 2048
}

# Objects, so that a plan knows that there is one before its ARN is known.
variable "stream" {
  type        = object({ arn = string })
  default     = null
  description = "{ arn = output stream_arn of module stream }, if the settings have a [[kinesis]]"
}

variable "consumer" {
  type        = object({ arn = string })
  default     = null
  description = "{ arn = output consumer_arn of module stream }, if the [[kinesis]] has a consumer_arn; with stream"
}

variable "queue" {
  type        = object({ arn = string, bucket = string })
  default     = null
  description = "{ arn = output queue_arn, bucket = output bucket of module objects }, if the settings have an [[s3]]"
}

variable "log_days" {
  type    = number
  default = 90
}
