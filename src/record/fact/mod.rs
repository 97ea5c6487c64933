//! Facts: what every naive detector gets wrong when it works it out alone, worked out once.
//!
//! Facts come from the audit event alone. Each is computed when first asked for, since most events
//! are asked for none.

use std::cell::OnceCell;

use super::audit::AuditRecord;

mod access_policy;
pub(in crate::record) mod actor;
pub mod address;
mod aws_auth;
mod binding;
mod change;
pub mod client;
mod exec;
mod host_path;
mod outcome;
mod patch;
mod pod;
mod pod_path;
mod pod_reading;
pub mod principal;
pub mod request;
mod role;
mod touched;

pub use access_policy::AccessPolicy;
pub use actor::{Actor, ActorKind};
pub use address::Address;
pub use aws_auth::AwsAuth;
pub use binding::Binding;
pub use change::Change;
pub use exec::Exec;
pub use outcome::Outcome;
pub use pod::Pod;
pub use pod_path::Knob;
pub use role::Role;

/// An audit event with what follows from it. What is worked out is boxed, so that the rest stays below
/// the kilobyte up to which allocators are quick: every event has one of these.
#[derive(Debug, Default)]
pub struct Facts<'a> {
    /// The event.
    pub record: AuditRecord<'a>,
    /// The account of the cluster, where the source or the settings tell it: EKS works from accounts
    /// of AWS's own, so a role in the customer's is none of its.
    own_account: Option<&'a str>,
    actor: OnceCell<Box<Actor<'a>>>,
    address: OnceCell<Address<'a>>,
    outcome: OnceCell<Outcome>,
    dry_run: OnceCell<bool>,
    exec: OnceCell<Box<Exec<'a>>>,
    pod: OnceCell<Box<Pod<'a>>>,
    role: OnceCell<Box<Role<'a>>>,
    binding: OnceCell<Box<Binding<'a>>>,
    aws_auth: OnceCell<Box<AwsAuth<'a>>>,
    change: OnceCell<Box<Change<'a>>>,
}

impl<'a> Facts<'a> {
    /// Reads a line. `None` when it holds no [audit event](AuditRecord::read).
    #[must_use]
    pub fn read(line: &'a str) -> Option<Box<Self>> {
        let mut facts = Box::<Self>::default();
        facts.record.fill(line).then_some(facts)
    }

    /// The facts about an event; none is worked out yet.
    #[must_use]
    pub fn new(record: AuditRecord<'a>) -> Self {
        Self {
            record,
            ..Self::default()
        }
    }

    /// Says which account the cluster is in. Goes before the first question.
    pub const fn set_own_account(&mut self, account: Option<&'a str>) {
        self.own_account = account;
    }

    /// Who asks.
    #[must_use]
    pub fn actor(&self) -> &Actor<'a> {
        self.actor
            .get_or_init(|| Box::new(Actor::of(&self.record, self.own_account)))
    }

    /// Where it came from.
    #[must_use]
    pub fn address(&self) -> &Address<'a> {
        self.address.get_or_init(|| Address::of(&self.record))
    }

    /// How the request ended.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        *self.outcome.get_or_init(|| Outcome::of(&self.record))
    }

    /// Whether nothing is stored.
    #[must_use]
    pub fn is_dry_run(&self) -> bool {
        *self
            .dry_run
            .get_or_init(|| request::is_dry_run(&self.record))
    }

    /// The command of an exec.
    #[must_use]
    pub fn exec(&self) -> &Exec<'a> {
        self.exec.get_or_init(|| Box::new(Exec::of(&self.record)))
    }

    /// The pod, or the pod template, that the request writes.
    #[must_use]
    pub fn pod(&self) -> &Pod<'a> {
        self.pod.get_or_init(|| Box::new(Pod::of(&self.record)))
    }

    /// The role that the request writes.
    #[must_use]
    pub fn role(&self) -> &Role<'a> {
        self.role.get_or_init(|| Box::new(Role::of(&self.record)))
    }

    /// The role binding that the request writes.
    #[must_use]
    pub fn binding(&self) -> &Binding<'a> {
        self.binding
            .get_or_init(|| Box::new(Binding::of(&self.record)))
    }

    /// The IAM mapping that the request writes.
    #[must_use]
    pub fn aws_auth(&self) -> &AwsAuth<'a> {
        self.aws_auth
            .get_or_init(|| Box::new(AwsAuth::of(&self.record)))
    }

    /// What the request's body sets.
    #[must_use]
    pub fn change(&self) -> &Change<'a> {
        self.change
            .get_or_init(|| Box::new(Change::of(&self.record)))
    }
}

const _: () = assert!(size_of::<Facts<'static>>() <= 1024);
