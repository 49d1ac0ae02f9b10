//! The access keys of a user, through the SDK. Never decides which calls are made.

use aws_sdk_iam::types::{AccessKeyMetadata, StatusType};
use aws_smithy_types::retry::RetryConfig;
use secrecy::SecretString;

use crate::aws::fault::{not_whole, sort};
use crate::model::{AccessKeyId, LongTermCredentials, Timestamp};
use crate::ports::{AccessKey, AccessKeys, AwsFault, KeyStatus, LastUse};

use super::IamClient;

impl AccessKeys for IamClient<'_> {
    fn access_keys(&self, user_name: &str) -> Result<Vec<AccessKey>, AwsFault> {
        const CALL: &str = "ListAccessKeys";
        self.call(CALL, async |client| {
            let pages = client.list_access_keys().user_name(user_name).into_paginator();
            let keys = pages.items().send().try_collect().await.map_err(|error| sort(CALL, &error))?;
            let key = |key: &AccessKeyMetadata| {
                let key_id = AccessKeyId::parse_any(key.access_key_id().unwrap_or_default());
                let status = match key.status() {
                    Some(StatusType::Active) => KeyStatus::Active,
                    Some(StatusType::Inactive) => KeyStatus::Inactive,
                    // An unknown state is not usable either.
                    Some(_) | None => KeyStatus::Expired,
                };
                Ok(AccessKey {
                    key_id: key_id.map_err(|fault| not_whole(CALL, &fault.0, None))?,
                    status,
                    created_at: key.create_date().map(|date| Timestamp::from_unix(date.secs())),
                })
            };
            keys.iter().map(key).collect()
        })
    }

    fn create(&self, user_name: &str) -> Result<LongTermCredentials, AwsFault> {
        const CALL: &str = "CreateAccessKey";
        self.call(CALL, async |client| {
            let once = aws_sdk_iam::config::Builder::new().retry_config(RetryConfig::disabled());
            let request = client.create_access_key().user_name(user_name).customize().config_override(once);
            let answer = request.send().await.map_err(|error| sort(CALL, &error))?;
            let lacks = |what: &str| not_whole(CALL, what, None);
            let key = answer.access_key().ok_or_else(|| lacks("it holds no key"))?;
            let key_id = AccessKeyId::parse_long_term(key.access_key_id()).map_err(|fault| lacks(&fault.0))?;
            if key.secret_access_key().trim().is_empty() {
                return Err(lacks("it contains no secret access key"));
            }
            Ok(LongTermCredentials { key_id, secret: SecretString::from(key.secret_access_key()) })
        })
    }

    fn set_active(&self, user_name: &str, key_id: &AccessKeyId, active: bool) -> Result<(), AwsFault> {
        const CALL: &str = "UpdateAccessKey";
        self.call(CALL, async |client| {
            let status = if active { StatusType::Active } else { StatusType::Inactive };
            let request = client.update_access_key().user_name(user_name).access_key_id(key_id.as_str()).status(status);
            request.send().await.map(drop).map_err(|error| sort(CALL, &error))
        })
    }

    fn delete(&self, user_name: &str, key_id: &AccessKeyId) -> Result<(), AwsFault> {
        const CALL: &str = "DeleteAccessKey";
        self.call(CALL, async |client| {
            let request = client.delete_access_key().user_name(user_name).access_key_id(key_id.as_str());
            request.send().await.map(drop).map_err(|error| sort(CALL, &error))
        })
    }

    fn last_use(&self, key_id: &AccessKeyId) -> Result<Option<LastUse>, AwsFault> {
        const CALL: &str = "GetAccessKeyLastUsed";
        self.call(CALL, async |client| {
            let request = client.get_access_key_last_used().access_key_id(key_id.as_str());
            let answer = request.send().await.map_err(|error| sort(CALL, &error))?;
            let of_key = answer.access_key_last_used().ok_or_else(|| not_whole(CALL, "it holds nothing", None))?;
            Ok(of_key.last_used_date().map(|date| LastUse {
                at: Timestamp::from_unix(date.secs()),
                service: of_key.service_name().to_owned(),
                region: of_key.region().to_owned(),
            }))
        })
    }

    fn attached_policies(&self, user_name: &str) -> Result<Vec<String>, AwsFault> {
        const CALL: &str = "ListAttachedUserPolicies";
        self.call(CALL, async |client| {
            let request = client.list_attached_user_policies().user_name(user_name);
            let answer = request.send().await.map_err(|error| sort(CALL, &error))?;
            Ok(answer.attached_policies().iter().filter_map(|policy| policy.policy_name()).map(str::to_owned).collect())
        })
    }

    fn clock_ahead(&self) -> Option<i64> {
        self.reply.clock_ahead()
    }
}
