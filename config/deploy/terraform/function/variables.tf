variable "code_bucket" {
  type        = string
  description = "The bucket in this region that holds the zip file and, if any, the settings."
}

variable "code_key" {
  type        = string
  description = "Of the zip file with `bootstrap`, such as trailhound-0.1.0-arm64.zip. Another name for each version."
}

variable "settings_key" {
  type        = string
  default     = null
  description = "Of trailhound.toml in the bucket; its [state] table and [sink.sns] have to name what stands below. Without it the built-in detectors run as they are."
}

variable "settings_parameter" {
  type        = string
  default     = null
  description = "In place of settings_key, the name of an SSM parameter with the same, which begins with a slash. A SecureString has to be under SSM's own key, aws/ssm."
}

variable "name" {
  type    = string
  default = "trailhound"
}

variable "architecture" {
  type        = string
  default     = "arm64"
  description = "What the program in the zip file was built for: arm64 or x86_64."
  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "It is arm64 or x86_64."
  }
}

variable "memory_size" {
  type        = number
  default     = 1769
  description = "In MB. With 1,769 a function has one processor, which is what it can use."
}

variable "concurrency" {
  type        = number
  default     = 50
  description = "How many may run at once; taken from the account's 1,000. docs/scale.md counts them."
}

variable "table_name" {
  type    = string
  default = "trailhound"
}

variable "alert_topic_arn" {
  type        = string
  description = "Output topic_arn of module alerts."
}

variable "alarm_topic_arn" {
  type        = string
  default     = null
  description = "Where alarms go, if not to alert_topic_arn. That alerts don't arrive there has to reach somebody by another way."
}

variable "key_arn" {
  type        = string
  description = "Output key_arn of module alerts."
}

# Objects, so that a plan knows that there is one before its ARN is known.
variable "stream" {
  type        = object({ arn = string })
  default     = null
  description = "{ arn = output stream_arn of module stream }"
}

variable "queue" {
  type        = object({ arn = string, bucket = string })
  default     = null
  description = "{ arn = output queue_arn, bucket = output bucket of module objects }"
}

variable "direct" {
  type        = bool
  default     = false
  description = "Whether log groups /aws/eks/NAME/cluster of this account and region may call the function."
}

variable "batch_size" {
  type        = number
  default     = 1000
  description = "Kinesis records for one call, or less when they reach 6 MB."
}

variable "parallelization_factor" {
  type        = number
  default     = 1
  description = "Calls at once for each shard. Times the shards it should not be more than concurrency."
}

variable "log_days" {
  type    = number
  default = 90
}
