variable "sender_accounts" {
  type        = list(string)
  description = "Accounts whose log groups may subscribe, this one included if it has clusters."
}

variable "key_arn" {
  type        = string
  description = "Output key_arn of module alerts."
}

variable "alarm_topic_arn" {
  type        = string
  description = "Output topic_arn of module alerts."
}

variable "stream_name" {
  type    = string
  default = "trailhound"
}

variable "shards" {
  type        = number
  default     = 0
  description = "0 for on demand. A shard takes 1 MB of compressed log lines a second; docs/scale.md counts them."
}

variable "retention_hours" {
  type        = number
  default     = 48
  description = "For so long the function may be down before lines are lost."
}

variable "fan_out" {
  type        = bool
  default     = false
  description = "Registers a consumer, by which one daemon has the records pushed to it. It costs for each shard-hour and GB."
}
