//! Writes what a batch changed. It decides in which order, and what must be written together; never what.
//!
//! A batch that has alerts, and fits, is one transaction. One that has none, that doesn't fit, or that has met
//! another worker, is written in pieces: first the alerts, then the cells, which costs half as much. Whoever dies between them leaves alerts whose cells are not
//! changed yet: the batch comes again, raises the same alerts under the same ids, which are known, and
//! changes the cells. The other way round an alert would be lost.

use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};
use tokio::task::JoinSet;

use super::action::{Action, If, MOST_BYTES, Unit, names, packed, values};
use super::call::{Refused, Table};
use super::layout::{EXPIRES, Item, Key, VERSION, number, size};
use crate::state::StoreError;

/// How many actions one transaction may have.
const MOST_ACTIONS: usize = 100;
/// How many single writes are under way at once.
const CALLS: usize = 16;
/// How many bytes an item may have: 400 KB, with some room.
pub(super) const LONGEST_ITEM: usize = 400_000;

/// How far writing came.
#[derive(Debug)]
pub(super) struct Written {
    /// How many of the alerts are in the outbox.
    pub(super) alerts: usize,
    pub(super) result: Result<(), StoreError>,
}

impl Table {
    /// Writes alerts and cells; as one transaction, if they are to be `whole` and fit.
    pub(super) async fn write(&self, alerts: Vec<Unit>, cells: Vec<Unit>, whole: bool) -> Written {
        let count = alerts.len();
        let all = alerts.iter().chain(&cells).flatten();
        let (actions, bytes) = all.fold((0, 0), |(n, sum), one| (n + 1, sum + one.size()));
        if whole && count > 0 && actions <= MOST_ACTIONS && bytes <= MOST_BYTES {
            let all = alerts.into_iter().chain(cells).flatten().collect();
            let result = self.transact(all).await;
            let alerts = if result.is_ok() { count } else { 0 };
            return Written { alerts, result };
        }
        let mut written = 0;
        for (units, actions) in packed(alerts) {
            if let Err(error) = self.transact(actions).await {
                return Written {
                    alerts: written,
                    result: Err(error),
                };
            }
            written += units;
        }
        Written {
            alerts: count,
            result: self.write_cells(cells).await,
        }
    }

    /// Writes units one by one: those that meet another worker don't hold up the others.
    async fn write_cells(&self, cells: Vec<Unit>) -> Result<(), StoreError> {
        let (single, several): (Vec<Unit>, Vec<Unit>) =
            cells.into_iter().partition(|unit| unit.len() == 1);
        let several = packed(several).into_iter().map(|(_, actions)| actions);
        let write = |piece| {
            let table = self.clone();
            async move { table.write_piece(piece).await }
        };
        self.together(several.chain(single).map(write)).await
    }

    async fn write_piece(&self, mut piece: Unit) -> Result<(), StoreError> {
        match (piece.pop(), piece.is_empty()) {
            (None, _) => Ok(()),
            (Some(Action::Put(item, when)), true) => self.put(item, when).await,
            (Some(Action::Delete(key, when)), true) => self.delete(&key, when).await,
            (Some(last), false) => {
                piece.push(last);
                self.transact(piece).await
            }
        }
    }

    async fn put(&self, item: Item, when: If) -> Result<(), StoreError> {
        self.count_write(size(&item), 1);
        let (condition, name, value) = when.expression();
        let make = || {
            let mut call = self.client.put_item().table_name(&*self.name);
            if let Some((token, name)) = name {
                call = call.expression_attribute_names(token, name);
            }
            if let Some(value) = &value {
                call = call.expression_attribute_values(":v", value.clone());
            }
            call.set_item(Some(item.clone()))
                .set_condition_expression(condition.map(ToOwned::to_owned))
                .send()
        };
        Ok(self.call("PutItem", make).await.map(drop)?)
    }

    /// Deletes an item.
    pub(super) async fn delete(&self, key: &Key, when: If) -> Result<(), StoreError> {
        self.count_write(0, 1);
        let (condition, name, value) = when.expression();
        let make = || {
            let mut call = self.client.delete_item().table_name(&*self.name);
            if let Some((token, name)) = name {
                call = call.expression_attribute_names(token, name);
            }
            if let Some(value) = &value {
                call = call.expression_attribute_values(":v", value.clone());
            }
            call.set_key(Some(key.item()))
                .set_condition_expression(condition.map(ToOwned::to_owned))
                .send()
        };
        Ok(self.call("DeleteItem", make).await.map(drop)?)
    }

    /// Lets cells of some versions live longer, each until a time in seconds since the Unix epoch. That
    /// another changed one meanwhile is as good.
    pub(super) async fn prolong(&self, cells: Vec<(Key, u64, i64)>) -> Result<(), StoreError> {
        let prolong = |(key, version, expires)| {
            let table = self.clone();
            async move { table.prolong_one(key, version, expires).await }
        };
        self.together(cells.into_iter().map(prolong)).await
    }

    async fn prolong_one(self, key: Key, version: u64, expires: i64) -> Result<(), StoreError> {
        self.count_write(0, 1);
        let make = || {
            self.client
                .update_item()
                .table_name(&*self.name)
                .set_key(Some(key.item()))
                .update_expression("SET #expires = :expires")
                .condition_expression("#v = :v")
                .expression_attribute_names("#expires", EXPIRES)
                .expression_attribute_names("#v", VERSION)
                .expression_attribute_values(":expires", number(expires))
                .expression_attribute_values(":v", number(version))
                .send()
        };
        match self.call("UpdateItem", make).await {
            Ok(_) | Err(Refused::Conflict) => Ok(()),
            Err(Refused::Failed(error)) => Err(error),
        }
    }

    /// Makes calls, some of them at once; all of them, even where some meet another worker.
    async fn together<F>(&self, calls: impl Iterator<Item = F>) -> Result<(), StoreError>
    where
        F: Future<Output = Result<(), StoreError>> + Send + 'static,
    {
        let (mut calls, mut running) = (calls.fuse(), JoinSet::new());
        let mut result = Ok(());
        loop {
            while running.len() < CALLS
                && let Some(call) = calls.next()
            {
                running.spawn(call);
            }
            let Some(ended) = running.join_next().await else {
                return result;
            };
            match self.joined("writing", ended) {
                Ok(()) => {}
                // What is written now is there when all is tried again.
                Err(StoreError::Conflict) => result = Err(StoreError::Conflict),
                Err(error) => return Err(error),
            }
        }
    }

    /// Writes all of these or none.
    async fn transact(&self, actions: Vec<Action>) -> Result<(), StoreError> {
        let mut items = Vec::with_capacity(actions.len());
        for action in actions {
            self.count_write(action.size(), 2);
            items.push(self.action(action)?);
        }
        // An answer that got lost on its way is given again for the same token.
        let token = format!("{:032x}", fastrand::u128(..));
        let make = || {
            let call = self.client.transact_write_items();
            call.client_request_token(&token)
                .set_transact_items(Some(items.clone()))
                .send()
        };
        Ok(self.call("TransactWriteItems", make).await.map(drop)?)
    }

    fn action(&self, action: Action) -> Result<TransactWriteItem, StoreError> {
        let item = TransactWriteItem::builder();
        let built = match action {
            Action::Put(content, when) => {
                let (condition, name, value) = when.expression();
                let put = Put::builder()
                    .table_name(&*self.name)
                    .set_item(Some(content));
                let put = put
                    .set_condition_expression(condition.map(ToOwned::to_owned))
                    .set_expression_attribute_names(names(name))
                    .set_expression_attribute_values(values(value));
                put.build().map(|put| item.put(put).build())
            }
            Action::Delete(key, when) => {
                let (condition, name, value) = when.expression();
                let delete = Delete::builder()
                    .table_name(&*self.name)
                    .set_key(Some(key.item()));
                let delete = delete
                    .set_condition_expression(condition.map(ToOwned::to_owned))
                    .set_expression_attribute_names(names(name))
                    .set_expression_attribute_values(values(value));
                delete.build().map(|delete| item.delete(delete).build())
            }
        };
        built.map_err(|error| self.failed("TransactWriteItems", error.to_string()))
    }
}
