variable "topic_name" {
  type    = string
  default = "eks-alerts"
}

variable "email" {
  type        = string
  default     = null
  description = "An address that gets alarms and alerts too. AWS asks it to confirm."
}

variable "alert_subscriber_accounts" {
  type        = list(string)
  default     = []
  description = "Other accounts whose queues or functions may subscribe to the topic."
}
