//! Each of AWS's texts, in its exact words and as each client prints it, gives the right cause. Similar texts have different causes.

use std::cell::RefCell;
use std::collections::BTreeSet;

use vault::app::Failure;
use vault::engine::enroll::{NoPair, with_pairs};
use vault::engine::{CodeRefusal, EngineError};
use vault::judge::denial::{Facts, NOT_RECOGNISED, Policy, Seen, Signer, Verdict, read};
use vault::judge::policy::evaluate::Mfa;
use vault::model::{ForeignText, MfaSerial, ProfileName, Timestamp, TokenCode};
use vault::ports::{AwsFault, AwsFaultKind, CodePair};

use super::{facts, findings, ids, said};

const USER: &str = "arn:aws:iam::123456789012:user/alice";
const ROLE: &str = "arn:aws:sts::123456789012:assumed-role/R0/alice";

/// Error code, call, AWS's exact words, and the cause.
const TEXTS: &[(&str, &str, &str, &str)] = &[
    ("AccessDenied", "GetSessionToken", "MultiFactorAuthentication failed with invalid MFA one time pass code. ", "mfa-code"),
    (
        "AccessDenied",
        "GetSessionToken",
        "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.",
        "mfa-device",
    ),
    (
        "AccessDenied",
        "AssumeRole",
        "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.",
        "mfa-incomplete",
    ),
    (
        "AccessDenied",
        "DeactivateMFADevice",
        "To complete this action, please ensure that you are authenticated with an MFA device that is enabled for this user.",
        "mfa-needed-for-devices",
    ),
    ("AccessDenied", "GetSessionToken", "Cannot call GetSessionToken with session credentials", "session-signs"),
    ("AccessDenied", "GetFederationToken", "Cannot call GetFederationToken with session credentials", "session-signs"),
    ("AccessDenied", "AssumeRole", "Roles may not be assumed by root accounts.", "root-assumes"),
    (
        "ValidationError",
        "AssumeRole",
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
        "role-chaining",
    ),
    ("ValidationError", "AssumeRole", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.", "role-duration"),
    (
        "ValidationError",
        "GetSessionToken",
        "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
        "duration",
    ),
    ("InvalidClientTokenId", "GetCallerIdentity", "The security token included in the request is invalid.", "key-unknown"),
    ("UnrecognizedClientException", "ListTables", "The security token included in the request is invalid.", "key-unknown"),
    ("InvalidAuthenticationCode", "EnableMFADevice", "Authentication code for device is not valid.", "mfa-pair"),
    (
        "EntityTemporarilyUnmodifiable",
        "EnableMFADevice",
        "Entity MFADevice alice is temporarily unmodifiable. Please try again later.",
        "being-changed",
    ),
    ("LimitExceeded", "CreateAccessKey", "Cannot exceed quota for AccessKeysPerUser: 2", "quota"),
    ("EntityAlreadyExists", "CreateVirtualMFADevice", "MFADevice entity at the same path and name already exists.", "already-exists"),
    ("InvalidAccessKeyId", "ListBuckets", "The AWS Access Key Id you provided does not exist in our records.", "key-unknown"),
    ("InvalidToken", "ListBuckets", "The provided token is malformed or otherwise invalid.", "token-invalid"),
    (
        "SignatureDoesNotMatch",
        "GetCallerIdentity",
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
        "wrong-secret",
    ),
    (
        "SignatureDoesNotMatch",
        "GetCallerIdentity",
        "Signature expired: 20260131T115000Z is now earlier than 20260131T115500Z (20260131T120000Z - 5 min.)",
        "clock",
    ),
    (
        "SignatureDoesNotMatch",
        "GetCallerIdentity",
        "Signature not yet current: 20260131T121000Z is still later than 20260131T120500Z (20260131T120000Z + 5 min.)",
        "clock",
    ),
    ("RequestTimeTooSkewed", "ListBuckets", "The difference between the request time and the current time is too large.", "clock"),
    ("RequestExpired", "DescribeInstances", "Request has expired.", "clock"),
    ("ExpiredToken", "GetCallerIdentity", "The security token included in the request is expired", "session-expired"),
    ("ExpiredTokenException", "ListTables", "The security token included in the request is expired", "session-expired"),
    (
        "RegionDisabledException",
        "GetSessionToken",
        "STS is not activated in this region for account:123456789012. Your account administrator can activate STS in this region using the IAM Console.",
        "region-disabled",
    ),
    ("PackedPolicyTooLarge", "AssumeRole", "Packed size of session tags consumes 120% of allotted space.", "policy-too-large"),
    ("MalformedPolicyDocument", "AssumeRole", "The policy is not in the valid JSON format.", "policy-malformed"),
    (
        "InvalidIdentityToken",
        "AssumeRoleWithWebIdentity",
        "No OpenIDConnect provider found in your account for https://example.com",
        "web-identity",
    ),
    ("IDPRejectedClaim", "AssumeRoleWithWebIdentity", "Error validating the token claims", "web-identity"),
    ("AccessDenied", "AssumeRoleWithWebIdentity", "Not authorized to perform sts:AssumeRoleWithWebIdentity", "web-identity-trust"),
    ("AuthFailure", "DescribeInstances", "AWS was not able to validate the provided access credentials", "credentials-rejected"),
    ("Throttling", "ListUsers", "Rate exceeded", "throttled"),
    ("AccessDenied", "ListObjectsV2", "Access Denied", "no-reason"),
    ("403", "HeadObject", "Forbidden", "no-reason"),
    (
        "UnauthorizedOperation",
        "RunInstances",
        "You are not authorized to perform this operation. Encoded authorization failure message: 4GIOHlTkIaWHQD0Q0m6XSnuUMCm-abcABC_0123456789",
        "encoded-message",
    ),
    (
        "AccessDenied",
        "CreateAccessKey",
        "User: arn:aws:iam::123456789012:user/alice is not authorized to perform: iam:CreateAccessKey on resource: user alice with an explicit deny in an identity-based policy: arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3",
        "key-quarantined",
    ),
    (
        "AccessDenied",
        "AssumeRole",
        "User: arn:aws:iam::123456789012:user/alice is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/OpsSudo",
        "trust-policy",
    ),
];

/// A presigned URL that has expired.
const LINK: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired</Message><X-Amz-Expires>300</X-Amz-Expires><Expires>2026-01-31T12:00:00Z</Expires><ServerTime>2026-01-31T13:00:00Z</ServerTime><RequestId>0A1B</RequestId></Error>";

/// A refusal of a device whose codes are spent, or that is not the user's.
const SPENT: &str = "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user. (AccessDenied)";

/// IAM's refusal of an unknown key, or of a session without MFA.
const OF_IAM: &str =
    "operation error IAM: ListUsers, api error InvalidClientTokenId: The security token included in the request is invalid.";

/// A refusal as each client prints it.
fn wrapped(code: &str, call: &str, words: &str) -> Vec<(&'static str, String)> {
    let framed: String = {
        // Terraform breaks lines at blanks, and draws a frame.
        let text = format!(
            "Error: reading: operation error IAM: {call}, https response error StatusCode: 403, RequestID: 0a1b2c3d-0000-4000-8000-0123456789ab, api error {code}: {words}"
        );
        let mut lines = vec![String::from("\u{2577}")];
        let mut line = String::from("\u{2502}");
        for word in text.split(' ') {
            if line.chars().count() + word.len() > 76 {
                lines.push(std::mem::replace(&mut line, String::from("\u{2502}")));
            }
            line = format!("{line} {word}");
        }
        lines.extend([
            line,
            "\u{2502} ".to_owned(),
            "\u{2502}   with aws_iam_user.x,".to_owned(),
            "\u{2502}   on main.tf line 1, in resource \"aws_iam_user\" \"x\":".to_owned(),
            "\u{2575}".to_owned(),
        ]);
        lines.join("\n")
    };
    let mut all = vec![
        ("the AWS CLI", format!("\nAn error occurred ({code}) when calling the {call} operation: {words}\n")),
        ("the AWS CLI of today", format!("\naws: [ERROR]: An error occurred ({code}) when calling the {call} operation: {words}\n")),
        (
            "boto3",
            format!(
                "Traceback (most recent call last):\n  File \"x.py\", line 3, in <module>\n    client.call()\nbotocore.exceptions.ClientError: An error occurred ({code}) when calling the {call} operation: {words}"
            ),
        ),
        ("terraform", framed),
        (
            "the Java SDK 1",
            format!(
                "com.amazonaws.services.x.model.XException: {words} (Service: X; Status Code: 403; Error Code: {code}; Request ID: 0a1b; Proxy: null)\n\tat com.amazonaws.http.AmazonHttpClient.x(AmazonHttpClient.java:1)"
            ),
        ),
        (
            "the JS SDK",
            format!(
                "{code}: {words}\n    at throwDefaultError (/app/node_modules/@smithy/smithy-client/dist-cjs/index.js:1:1) {{\n  '$fault': 'client',\n  '$metadata': {{ httpStatusCode: 403, requestId: '0a1b' }},\n  Type: 'Sender',\n  Code: '{code}'\n}}"
            ),
        ),
        (
            "XML",
            format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{}</Message></Error></ErrorResponse>",
                words.replace('\'', "&#39;")
            ),
        ),
        (
            "the Rust SDK",
            format!(
                "service error: unhandled error ({code}): Error {{ code: \"{code}\", message: \"{words}\", aws_request_id: \"0a1b\" }}"
            ),
        ),
        ("vault", format!("vault: profile `ops`: AWS refused `{call}`: {words} ({code})")),
    ];
    all.extend(wrapped_by_other_sdks(code, call, words));
    all
}

/// The same of the SDKs that fewer people use.
fn wrapped_by_other_sdks(code: &str, call: &str, words: &str) -> Vec<(&'static str, String)> {
    vec![
        (
            "the JS SDK 2",
            format!(
                "/app/node_modules/aws-sdk/lib/protocol/query.js:50\n{code}: {words}\n    at Request.extractError (/app/node_modules/aws-sdk/lib/protocol/query.js:50:29)\n    at Request.callListeners (/app/node_modules/aws-sdk/lib/sequential_executor.js:106:20) {{\n  code: '{code}',\n  time: 2026-01-31T12:00:00.000Z,\n  requestId: '0a1b',\n  statusCode: 403,\n  retryable: false\n}}"
            ),
        ),
        (
            "the Go SDK 1",
            format!(
                "panic: {code}: {words}\n\tstatus code: 403, request id: 0a1b2c3d-0000-4000-8000-0123456789ab\n\ngoroutine 1 [running]:"
            ),
        ),
        (
            "terraform with the Go SDK 1",
            format!(
                "\nError: error reading x (y): {code}: {words}\n\tstatus code: 403, request id: 0a1b, host id: c2d3\n\n  on main.tf line 1, in resource \"x\" \"y\":"
            ),
        ),
        (
            "the Go SDK 2",
            format!(
                "2026/01/31 12:00:00 operation error X: {call}, https response error StatusCode: 403, RequestID: 0a1b, api error {code}: {words}\nexit status 1"
            ),
        ),
        (
            "the Rust SDK's debug output",
            format!(
                "Error: ServiceError(ServiceError {{ source: Unhandled(Unhandled {{ source: ErrorMetadata {{ code: Some(\"{code}\"), message: Some(\"{words}\"), extras: Some({{\"aws_request_id\": \"0a1b\"}}) }}, meta: ErrorMetadata {{ code: Some(\"{code}\"), message: Some(\"{words}\"), extras: None }} }}), raw: Response {{ status: StatusCode(403) }} }})"
            ),
        ),
        (
            "the PHP SDK",
            format!(
                "PHP Fatal error:  Uncaught exception 'Aws\\X\\Exception\\XException' with message 'Error executing \"{call}\" on \"https://x.eu-west-1.amazonaws.com/\"; AWS HTTP error: Client error: `POST https://x.eu-west-1.amazonaws.com/` resulted in a `403 Forbidden` response:\n<ErrorResponse xmlns=\"https://x.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    <Message>{} (truncated...)\n {code} (client): {words} - <ErrorResponse xmlns=\"https://x.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>{code}</Code>",
                words.chars().take(90).collect::<String>()
            ),
        ),
        (
            "the PHP SDK 2",
            format!(
                "Fatal error: Uncaught Aws\\X\\Exception\\XException: AWS Error Code: {code}, Status Code: 403, AWS Request ID: 0a1b, AWS Error Type: client, AWS Error Message: {words}, User-Agent: aws-sdk-php2/2.8.22 Guzzle/3.9.3 curl/7.40.0 PHP/5.6.99"
            ),
        ),
        (
            "the Ruby SDK",
            format!(
                "/gems/aws-sdk-core-3/lib/seahorse/client/plugins/raise_response_errors.rb:17:in 'Seahorse::Client::Plugins::RaiseResponseErrors::Handler#call': {words} (Aws::X::Errors::{code})\n\tfrom /gems/aws-sdk-core-3/lib/x.rb:22:in 'call'"
            ),
        ),
        (
            "the Ruby SDK in a log",
            format!(
                "E, [2026-01-31T12:00:00.000000 #1] ERROR -- : Aws::X::Errors::{code}: {words}\n/gems/aws-sdk-core-3/lib/x.rb:17:in `call'"
            ),
        ),
    ]
}

/// The same as printed by clients that write no code, and that have a class for each exception that the service declares.
fn without_code(code: &str, words: &str) -> Vec<(&'static str, String)> {
    let (service, class, vendor_class) = match code {
        "IDPRejectedClaim" => ("sts", "IdpRejectedClaimException", "IDPRejectedClaimException"),
        "PackedPolicyTooLarge" => ("sts", "PackedPolicyTooLargeException", "PackedPolicyTooLargeException"),
        "MalformedPolicyDocument" => ("sts", "MalformedPolicyDocumentException", "MalformedPolicyDocumentException"),
        "InvalidIdentityToken" => ("sts", "InvalidIdentityTokenException", "InvalidIdentityTokenException"),
        "EntityTemporarilyUnmodifiable" => ("iam", "EntityTemporarilyUnmodifiableException", "EntityTemporarilyUnmodifiableException"),
        "LimitExceeded" => ("iam", "LimitExceededException", "LimitExceededException"),
        "EntityAlreadyExists" => ("iam", "EntityAlreadyExistsException", "EntityAlreadyExistsException"),
        "RequestExpired" | "AuthFailure" | "UnauthorizedOperation" => ("ec2", "Ec2Exception", "AmazonEC2Exception"),
        // Their words are too few, and no class tells more.
        "Throttling" | "InvalidToken" => return Vec::new(),
        _ => ("x", "XException", "AmazonXException"),
    };
    vec![
        (
            "the Java SDK 2",
            format!(
                "Exception in thread \"main\" software.amazon.awssdk.services.{service}.model.{class}: {words} (Service: X, Status Code: 403, Request ID: 0a1b) (SDK Attempt Count: 1)\n\tat software.amazon.awssdk.services.x.model.XException$BuilderImpl.build(XException.java:1)"
            ),
        ),
        (
            "the Java SDK 2 before 2.30",
            format!(
                "software.amazon.awssdk.services.{service}.model.{class}: {words} (Service: X, Status Code: 403, Request ID: 0a1b, Extended Request ID: null)"
            ),
        ),
        (
            "the .NET SDK",
            format!(
                "Unhandled exception. Amazon.X.Model.{vendor_class}: {words}\n ---> Amazon.Runtime.Internal.HttpErrorResponseException: Exception of type 'Amazon.Runtime.Internal.HttpErrorResponseException' was thrown.\n   at Amazon.Runtime.HttpWebRequestMessage.ProcessHttpResponseMessage(HttpResponseMessage responseMessage)"
            ),
        ),
    ]
}

#[test]
fn what_has_expired_is_the_request_or_the_session_and_a_link_is_neither() {
    let expired = "An error occurred (RequestExpired) when calling the DescribeInstances operation: Request has expired.";
    for (signer, expected) in [
        (None, &["clock", "session-expired"][..]),
        (Some(Signer::Session { mfa: true }), &["clock", "session-expired"]),
        (Some(Signer::LongTermKey), &["clock"]),
    ] {
        assert_eq!(ids(&findings(expired, signer.map(facts).as_ref(), None)), expected, "{signer:?}");
    }
    assert_eq!(ids(&findings(LINK, None, None)), ["link-expired"]);
    for other in ["Your password reset request has expired.", "Request has expired.", "ERROR: Request has expired, log in again"] {
        assert!(read(other).is_none(), "{other}");
    }
}

#[test]
fn a_client_without_credentials_says_so_in_its_own_words() {
    for text in [
        "Unable to locate credentials. You can configure credentials by running \"aws configure\".",
        "botocore.exceptions.NoCredentialsError: Unable to locate credentials",
        "panic: NoCredentialProviders: no valid providers in chain. Deprecated.\n\tFor verbose messaging see aws.Config.CredentialsChainVerboseErrors",
        "operation error S3: ListBuckets, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata",
        "\u{2577}\n\u{2502} Error: No valid credential sources found\n\u{2502} \n\u{2575}",
        "CredentialsProviderError: Could not load credentials from any providers\n    at /app/node_modules/@aws-sdk/credential-provider-node/dist-cjs/index.js:1:1",
        "software.amazon.awssdk.core.exception.SdkClientException: Unable to load credentials from any of the providers in the chain AwsCredentialsProviderChain",
        "com.amazonaws.SdkClientException: Unable to load AWS credentials from any provider in the chain",
    ] {
        assert_eq!(ids(&findings(text, None, None)), ["no-credentials"], "{text}");
    }
}

#[test]
fn every_cause_has_a_text() {
    let denied = refusal(USER, "s3:ListAllMyBuckets", "*", "with an explicit deny in an identity-based policy");
    let not_allowed = |principal: &str, policy: &str| {
        refusal(principal, "s3:PutObject", "arn:aws:s3:::b/k", &format!("because no {policy} policy allows the s3:PutObject action"))
    };
    let by_organization = not_allowed(USER, "service control");
    let by_session = not_allowed(ROLE, "session");
    let of_another = not_allowed("arn:aws:sts::123456789012:assumed-role/Other/x", "identity-based");
    let second_hop = refusal(ROLE, "sts:AssumeRole", "arn:aws:iam::123456789012:role/R1", "");
    let role = Signer::Role { mfa: true, hops: 1 };
    let kept = seen(Mfa::Absent);
    // For these, facts about the profile or the details that AWS kept decide, or the text is not a refusal in AWS's own words.
    let others = [
        (denied.as_str(), Some(Signer::LongTermKey), Some(&kept)),
        (denied.as_str(), Some(Signer::Session { mfa: false }), None),
        (second_hop.trim_end(), None, None),
        (by_organization.as_str(), Some(Signer::LongTermKey), None),
        (by_session.as_str(), Some(role), None),
        (of_another.as_str(), Some(role), None),
        (OF_IAM, Some(Signer::Session { mfa: false }), None),
        (SPENT, None, None),
        (LINK, None, None),
        ("An error occurred (NoSuchBucket) when calling the ListObjectsV2 operation: The specified bucket does not exist", None, None),
        ("botocore.exceptions.NoCredentialsError: Unable to locate credentials", None, None),
    ];
    let mut causes: BTreeSet<&str> = TEXTS.iter().map(|(.., cause)| *cause).collect();
    for (text, signer, kept) in others {
        causes.extend(ids(&findings(text, signer.map(facts).as_ref(), kept)));
    }
    // The command reports any other text as this (`clients`).
    causes.insert(NOT_RECOGNISED.id);
    let all: BTreeSet<&str> = vault::judge::denial::kinds().iter().map(|kind| kind.id).collect();
    assert_eq!(causes, all, "each id has a text");
}

#[test]
fn each_text_of_aws_has_its_cause_whichever_client_prints_it() {
    for (code, call, words, cause) in TEXTS {
        for (client, text) in wrapped(code, call, words) {
            let found = findings(&text, None, None);
            assert_eq!(ids(&found)[0], *cause, "{client}: {text}");
            assert!(found[0].fix.is_some(), "{client}: {text}");
        }
        for (client, text) in without_code(code, words) {
            assert_eq!(ids(&findings(&text, None, None))[0], *cause, "{client}: {text}");
        }
    }
}

/// As AWS writes it: `why` is the end of the sentence.
#[test]
fn what_vault_itself_prints_of_a_refusal_is_recognised() {
    use AwsFaultKind::{AccessDenied, ClockSkew, Expired, InvalidKey, Other, TooLong, WrongSecret};
    for kind in [AccessDenied, ClockSkew, Expired, InvalidKey, Other, TooLong, WrongSecret] {
        for clock_ahead in [None, Some(0), Some(-400)] {
            let fault = AwsFault { operation: "AssumeRole", kind, message: ForeignText::of("no (SomeCode)"), clock_ahead, endpoint: None };
            let printed = Failure::of_fault(&fault, None, None).message;
            assert_eq!(said(&format!("vault: {printed}")).operation.as_deref(), Some("AssumeRole"), "{printed}");
        }
    }
    let profile = ProfileName::parse("ops").unwrap();
    let serial = MfaSerial::parse("arn:aws:iam::123456789012:mfa/alice").unwrap();
    for (why, cause) in [
        (CodeRefusal::Wrong, "mfa-code"),
        (CodeRefusal::ClockOff { ahead: 90 }, "mfa-code"),
        (CodeRefusal::ClockOff { ahead: -90 }, "mfa-code"),
        (CodeRefusal::OverBudget { until: Timestamp::from_unix(1_769_860_980) }, "mfa-budget"),
    ] {
        let printed = Failure::of_run(EngineError::Code { why, serial: serial.clone() }, &profile, None).message;
        assert_eq!(ids(&findings(&format!("vault: {printed}"), None, None))[0], cause, "{printed}");
    }
    let complaint = RefCell::new(None);
    let code = |digits| TokenCode::parse(digits).unwrap();
    let ask = |of_the_last: Option<&str>| {
        complaint.replace(of_the_last.map(str::to_owned));
        Ok(CodePair { first: code("111111"), second: code("222222") })
    };
    let refuse = |_: &CodePair| {
        let message = ForeignText::of("no");
        Err(AwsFault { operation: "EnableMFADevice", kind: AwsFaultKind::InvalidCodePair, message, clock_ahead: None, endpoint: None })
    };
    assert!(matches!(with_pairs(ask, refuse), Err(NoPair::Refused)));
    let complaint = complaint.into_inner().expect("the pair before was refused");
    let ended = ["AWS refused the codes three times: the device is not enabled", "AWS refused the codes of GAHT12345678 three times"];
    for printed in [complaint.as_str()].into_iter().chain(ended) {
        assert_eq!(ids(&findings(&format!("vault: {printed}"), None, None))[0], "mfa-pair", "{printed}");
    }
}

fn refusal(principal: &str, action: &str, resource: &str, why: &str) -> String {
    format!("User: {principal} is not authorized to perform: {action} on resource: {resource} {why}")
}

#[test]
fn the_policy_kind_its_arn_and_the_authorization_id_are_read() {
    for policy in Policy::ALL {
        let article = if matches!(policy, Policy::Identity) { "an" } else { "a" };
        for (why, verdict) in [
            (format!("because no {} allows the s3:GetObject action", policy.as_aws()), Verdict::NotAllowed(policy)),
            (format!("with an explicit deny in {article} {}", policy.as_aws()), Verdict::Denied(Some(policy))),
            (
                format!("with an explicit deny in {article} {}: arn:aws:iam::123456789012:policy/P.", policy.as_aws()),
                Verdict::Denied(Some(policy)),
            ),
        ] {
            for (client, text) in wrapped("AccessDenied", "GetObject", &refusal(ROLE, "s3:GetObject", "arn:aws:s3:::b/k", &why)) {
                let said = said(&text);
                assert_eq!(said.verdict, Some(verdict), "{client}: {text}");
                assert_eq!(said.principal.as_deref(), Some(ROLE), "{client}: {text}");
                assert_eq!(said.action.as_deref(), Some("s3:GetObject"), "{client}: {text}");
                assert_eq!(said.resource.as_deref(), Some("arn:aws:s3:::b/k"), "{client}: {text}");
                let arn = why.contains("arn:").then_some("arn:aws:iam::123456789012:policy/P");
                assert_eq!(said.policy_arn.as_deref(), arn, "{client}: {text}");
            }
        }
    }
    let with_id = refusal(
        USER,
        "iam:ListUsers",
        USER,
        "with an explicit deny in an identity-based policy: arn:aws:iam::123456789012:policy/P. Go to https://eu-west-1.console.aws.amazon.com/iam/home?region=eu-west-1#/authorization-details/0abc123def for complete details, or call the GetRequestAuthorizationDetails API with the following authorization id: 0abc123def",
    );
    for (client, text) in wrapped("AccessDenied", "ListUsers", &with_id) {
        let said = said(&text);
        assert_eq!(said.authorization_id, Some(("0abc123def".to_owned(), Some("eu-west-1".to_owned()))), "{client}: {text}");
        assert_eq!(said.policy_arn.as_deref(), Some("arn:aws:iam::123456789012:policy/P"), "{client}: {text}");
    }
    let user = said(&refusal(USER, "iam:GetUser", "user alice bob", "because no identity-based policy allows the iam:GetUser action"));
    assert_eq!(user.resource.as_deref(), Some("user alice bob"), "a resource may contain blanks");
}

#[test]
fn an_encoded_message_is_rejoined() {
    let message = "4GIOHlTkIaWHQD0Q0m6XSnuUMCm-abcABC_0123456789".repeat(20);
    for (client, text) in wrapped(
        "UnauthorizedOperation",
        "RunInstances",
        &format!("You are not authorized to perform this operation. Encoded authorization failure message: {message}"),
    ) {
        assert_eq!(said(&text).encoded.as_deref(), Some(message.as_str()), "{client}");
    }
    let broken: String = message.as_bytes().chunks(70).map(|part| format!("\u{2502} {}\n", std::str::from_utf8(part).unwrap())).collect();
    let text = format!("\u{2502} api error UnauthorizedOperation: Encoded authorization failure message:\n{broken}");
    assert_eq!(said(&text).encoded, Some(message));
}

#[test]
fn the_profiles_credentials_rank_the_guesses_which_are_called_guesses() {
    let denied = refusal(USER, "s3:ListAllMyBuckets", "*", "with an explicit deny in an identity-based policy");
    for (signer, guessed) in [
        (Some(Signer::LongTermKey), &["explicit-deny", "mfa-absent"][..]),
        (Some(Signer::Session { mfa: false }), &["explicit-deny", "mfa-false"]),
        (Some(Signer::Session { mfa: true }), &["explicit-deny"]),
        (None, &["explicit-deny", "mfa-absent"]),
    ] {
        let facts = signer.map(facts);
        let found = findings(&denied, facts.as_ref(), None);
        assert_eq!(ids(&found), guessed, "{signer:?}");
        for (number, guess) in found.iter().enumerate().skip(1) {
            assert!(guess.message.starts_with(&format!("guess {number}: ")) && guess.severity.as_str() == "note", "{guess:?}");
        }
    }
    // No code helps if no policy of the organization allows the action.
    let scp = refusal(USER, "s3:ListAllMyBuckets", "*", "because no service control policy allows the s3:ListAllMyBuckets action");
    assert_eq!(ids(&findings(&scp, Some(&facts(Signer::LongTermKey)), None)), ["not-allowed"]);
}

#[test]
fn a_role_on_top_of_a_role_is_the_second_hop() {
    let text = |principal: &str| refusal(principal, "sts:AssumeRole", "arn:aws:iam::123456789012:role/R1", "").trim_end().to_owned();
    assert_eq!(ids(&findings(&text(ROLE), None, None))[..2], ["trust-policy", "second-hop-mfa"]);
    assert_eq!(ids(&findings(&text(USER), None, None))[..2], ["trust-policy", "mfa-absent"]);
    let with_mfa = facts(Signer::Role { mfa: true, hops: 1 });
    assert_eq!(ids(&findings(&text(USER), Some(&with_mfa), None)), ["trust-policy", "trust-policy", "not-allowed"]);
}

fn seen(mfa: Mfa) -> Seen {
    Seen {
        mfa,
        explicit_deny: Some(true),
        statements: vec!["DenyWithoutMFA".to_owned()],
        action: None,
        principal: None,
        policies: Vec::new(),
    }
}

#[test]
fn a_cause_that_aws_states_is_not_a_guess() {
    for (principal, mfa, signer, expected) in [
        (USER, Mfa::Absent, Signer::LongTermKey, "mfa-absent"),
        (USER, Mfa::False, Signer::Session { mfa: false }, "mfa-false"),
        (USER, Mfa::True, Signer::Session { mfa: true }, "explicit-deny"),
        (ROLE, Mfa::Absent, Signer::Role { mfa: true, hops: 2 }, "second-hop-mfa"),
        // A user's request, looked up with a role's credentials.
        (USER, Mfa::Absent, Signer::Role { mfa: true, hops: 1 }, "mfa-absent"),
    ] {
        let denied = refusal(principal, "s3:ListAllMyBuckets", "*", "with an explicit deny in an identity-based policy");
        let found = findings(&denied, Some(&facts(signer)), Some(&seen(mfa)));
        assert_eq!(ids(&found)[..2], [expected, "matched-statement"], "{mfa:?}");
        let takes_it_out = found[0].fix.as_deref().is_some_and(|fix| fix.starts_with("take the MFA condition out of the policy"));
        assert_eq!(takes_it_out, expected == "second-hop-mfa", "no session of a role carries MFA: {:?}", found[0].fix);
        assert!(found.iter().all(|finding| !finding.message.starts_with("guess")), "{found:?}");
        assert!(found[1].message.contains("`DenyWithoutMFA`"), "{found:?}");
    }
    let decoded = r#"{"allowed":false,"explicitDeny":true,"matchedStatements":{"items":[{"statementId":"Block","effect":"DENY"}]},"failures":{"items":[]},"context":{"principal":{"id":"AIDA","arn":"arn:aws:iam::123456789012:user/alice"},"action":"ec2:RunInstances","resource":"*","conditions":{"items":[{"key":"aws:MultiFactorAuthPresent","values":{"items":[{"value":"false"}]}}]}}}"#;
    let seen = Seen::of_decoded(decoded).unwrap();
    assert_eq!((seen.mfa, seen.explicit_deny, &seen.statements[..]), (Mfa::False, Some(true), &["Block".to_owned()][..]));
    assert_eq!(Seen::of_decoded(&decoded.replace("aws:MultiFactorAuthPresent", "aws:Other")).unwrap().mfa, Mfa::Absent);
    assert_eq!(Seen::of_decoded("no document"), None);
}

#[test]
fn a_key_is_stored_again_under_the_name_of_its_own_profile() {
    let wrong_secret = "An error occurred (SignatureDoesNotMatch) when calling the GetCallerIdentity operation: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.";
    let unknown = "An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The security token included in the request is invalid.";
    let role = facts(Signer::Role { mfa: true, hops: 1 });
    for text in [wrong_secret, unknown] {
        for (known, command) in [(Some(&role), "`vault add --force base`"), (None, "`vault add --force PROFILE`")] {
            let found = findings(text, known, None);
            assert!(found.iter().any(|found| found.fix.as_deref().is_some_and(|fix| fix.contains(command))), "{found:?}");
            assert!(!found.iter().any(|found| found.fix.as_deref().is_some_and(|fix| fix.contains("--force ops"))), "{found:?}");
        }
    }
}

#[test]
fn facts_about_the_profile_decide_between_two_causes() {
    assert_eq!(ids(&findings(SPENT, None, None)), ["mfa-device", "mfa-device", "mfa-budget"]);
    let known = Facts { device_has_worked: true, ..facts(Signer::Session { mfa: true }) };
    let found = findings(SPENT, Some(&known), None);
    assert_eq!(ids(&found), ["mfa-budget"]);
    assert!(found[0].fix.as_ref().unwrap().contains("12:03:00 UTC"), "{found:?}");
    let iam = "An error occurred (InvalidClientTokenId) when calling the ListUsers operation: The security token included in the request is invalid. iam:";
    assert_eq!(ids(&findings(iam, Some(&facts(Signer::LongTermKey)), None))[0], "key-unknown");
    assert_eq!(ids(&findings(OF_IAM, Some(&facts(Signer::Session { mfa: false })), None)), ["session-without-mfa"]);
    let narrowed = Facts { narrowed_by: vec!["--read-only"], ..facts(Signer::Role { mfa: true, hops: 1 }) };
    let session = refusal(ROLE, "s3:PutObject", "arn:aws:s3:::b/k", "because no session policy allows the s3:PutObject action");
    let found = findings(&session, Some(&narrowed), None);
    assert_eq!(ids(&found), ["session-policy"]);
    assert!(found[0].fix.as_ref().unwrap().contains("`--read-only`"), "{found:?}");
    let other = refusal(
        "arn:aws:sts::123456789012:assumed-role/Other/x",
        "s3:PutObject",
        "*",
        "because no identity-based policy allows the s3:PutObject action",
    );
    assert!(ids(&findings(&other, Some(&narrowed), None)).contains(&"other-identity"));
}

#[test]
fn an_aws_error_that_is_not_a_refusal_is_reported_as_such() {
    for (code, call, words) in [
        ("NoSuchBucket", "ListObjectsV2", "The specified bucket does not exist"),
        ("ResourceNotFoundException", "DescribeTable", "Requested resource not found"),
        ("404", "HeadObject", "Not Found"),
        ("NoSuchEntity", "GetUser", "The user with name x cannot be found."),
    ] {
        for (client, text) in wrapped(code, call, words).into_iter().filter(|(client, _)| *client != "the JS SDK") {
            assert_eq!(ids(&findings(&text, None, None)), ["other-error"], "{client}: {text}");
        }
    }
}

#[test]
fn texts_that_are_not_refusals_by_aws_are_reported_as_such() {
    for text in [
        "",
        "hello",
        "permission denied",
        "bash: aws: command not found",
        "ssh: Permission denied (publickey).",
        "Error: Invalid count argument\n\n  on main.tf line 3",
        "fatal: unable to access 'https://example.com/': The requested URL returned error: 403",
        "HTTP 403 Forbidden",
        "Access to the path is denied.",
        "{\"error\": \"unauthorized\"}",
        "FATAL: password authentication failed for user \"alice\"",
    ] {
        assert!(read(text).is_none(), "{text:?}: {:?}", read(text));
    }
}
