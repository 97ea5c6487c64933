variable "log_group_name" {
  type        = string
  description = "/aws/eks/NAME/cluster"
}

variable "destination_arn" {
  type        = string
  description = "Output destination_arn of module stream or objects in this region, or function_arn of module function in this account."
}

variable "filter_pattern" {
  type        = string
  default     = ""
  description = "What `trailhound filter-pattern` prints; empty sends every line."
}

variable "cut_off_pattern" {
  type        = string
  default     = ""
  description = "The second pattern that `trailhound filter-pattern` prints on standard error; only together with filter_pattern."
}

variable "alarm_topic_arn" {
  type        = string
  default     = null
  description = "A topic in this account for alarms on the delivery."
}

variable "distribution" {
  type        = string
  default     = null
  description = "How a Kinesis stream's shards are picked, ByLogStream or Random; Random only for a cluster that logs more than a shard takes, on a stream of its own."
}
