//! The output of `vault policy`: proved for every choice of switches, the same in every format, and accepted by the tools that deploy it.

use serde_json::Value;

use vault::judge::policy::document::Kind;
use vault::judge::policy::generate::formats::{as_json, cdk, cloudformation, document, terraform};
use vault::judge::policy::generate::{
    Bastion, Bundle, ForceMfa, From, SelfManage, ServiceAccount, SudoRole, Switch, Target, Users, Wanted, generate,
};
use vault::judge::policy::input::gather;
use vault::judge::policy::json;
use vault::judge::policy::lint::Facts;

use crate::support::tools;
use crate::support::world::{World, tools as folder_of_tools};

use super::{Options, Report};

fn self_manage(on: &[Switch]) -> Wanted {
    Wanted::SelfManage(SelfManage { on: on.to_vec(), group: "some-group".to_owned() })
}

fn target(account: &str, path_and_name: &str) -> Target {
    Target { account: account.to_owned(), path_and_name: path_and_name.to_owned() }
}

/// Some of each kind.
fn all() -> Vec<Wanted> {
    let group = || "some-group".to_owned();
    let sudo = |max_mfa_age| {
        Wanted::SudoRole(SudoRole { account: "123456789012".to_owned(), role: "Ops".to_owned(), max_mfa_age, group: group() })
    };
    let bastion = |users| {
        let roles = vec![target("123456789012", "team/Ops"), target("999999999999", "Ops"), target("999999999999", "Dev")];
        Wanted::Bastion(Bastion { roles, account: "111122223333".to_owned(), users, group: group() })
    };
    let service = |addresses: &[&str], endpoints: &[&str]| {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        Wanted::ServiceAccount(ServiceAccount {
            actions: owned(&["s3:GetObject", "s3:List*"]),
            resources: owned(&["arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket"]),
            from: From { addresses: owned(addresses), endpoints: owned(endpoints) },
            group: group(),
        })
    };
    vec![
        self_manage(&Switch::ALL),
        self_manage(&[Switch::Mfa]),
        Wanted::ForceMfa(ForceMfa { console_only: false, group: group() }),
        Wanted::ForceMfa(ForceMfa { console_only: true, group: group() }),
        sudo(None),
        sudo(Some(3600)),
        bastion(Users::ExternalId("some-id".to_owned())),
        bastion(Users::Named(vec!["alice".to_owned(), "bob".to_owned()])),
        service(&["203.0.113.0/24", "2001:db8::/32"], &[]),
        service(&[], &["vpce-1a2b"]),
        service(&["203.0.113.7"], &["vpce-1a2b"]),
    ]
}

fn bundle(wanted: &Wanted) -> Bundle {
    let (bundle, proof) = generate(wanted, "aws").unwrap_or_else(|mismatch| panic!("{wanted:?}: {mismatch}"));
    assert!(proof.rows.len() >= 9, "{wanted:?}: {proof:?}");
    bundle
}

#[test]
fn every_choice_of_switches_is_proved_in_every_partition() {
    for choice in 0_u32..128 {
        let on: Vec<_> = Switch::ALL.into_iter().enumerate().filter(|(bit, _)| choice >> bit & 1 == 1).map(|(_, switch)| switch).collect();
        bundle(&self_manage(&on));
    }
    for wanted in all() {
        for partition in ["aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso-b"] {
            generate(&wanted, partition).unwrap_or_else(|mismatch| panic!("{wanted:?} in {partition}: {mismatch}"));
        }
    }
}

#[test]
fn printed_policies_have_no_findings() {
    for wanted in all() {
        let bundle = bundle(&wanted);
        for text in [as_json(&bundle, "aws"), cloudformation(&bundle)] {
            let options = Options { facts: Facts { account: Some("123456789012".to_owned()), ..Facts::default() }, ..Options::default() };
            let report = Report::of("printed", &text, &options);
            let found: Vec<_> = report.findings().map(|(_, finding)| finding.id.as_str()).collect();
            let expected: &[&str] = if matches!(&wanted, Wanted::ForceMfa(wanted) if wanted.console_only) { &["deny-bool"] } else { &[] };
            assert_eq!(found, expected, "{wanted:?}\n{text}");
        }
    }
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The documents of the JSON form, in order.
fn documents(bundle: &Bundle) -> Vec<Value> {
    let printed = value(&json::compact(&document(bundle, "aws")));
    if printed.get("Statement").is_some() {
        return vec![printed];
    }
    bundle.documents("aws").iter().map(|(name, _)| printed[name].clone()).collect()
}

#[test]
fn the_template_says_the_same_as_the_json_form() {
    for wanted in all() {
        let bundle = bundle(&wanted);
        let on = Bundle { switches: bundle.switches.iter().map(|(switch, _)| (*switch, true)).collect(), ..bundle.clone() };
        let template = cloudformation(&bundle);
        let found = gather(&template, &Facts::default()).unwrap_or_else(|fault| panic!("{fault:?}\n{template}"));
        let trusts = found.iter().filter(|found| found.kind == Some(Kind::Trust)).count();
        assert_eq!(trusts, bundle.roles.len(), "{template}");
        let found: Vec<_> = found.iter().map(|found| value(&json::compact(found.document.as_ref().expect("it can be read")))).collect();
        assert_eq!(found, documents(&on), "{template}");
    }
}

/// It takes seconds to start, and looks at all of them in one run.
#[test]
fn cfn_lint_accepts_the_template() {
    let world = World::new();
    let templates: Vec<_> = all()
        .iter()
        .enumerate()
        .map(|(index, wanted)| {
            let name = format!("template-{index}.yaml");
            world.write(&name, cloudformation(&bundle(wanted)));
            name
        })
        .collect();
    let names: Vec<_> = templates.iter().map(String::as_str).collect();
    let run = world.command(&tools::program("cfn-lint"), &names).run();
    assert_eq!(run.status, 0, "{run:?}");
}

/// With the provider, which comes from a registry: not every machine reaches one. Without it, the next test checks what terraform itself can say.
#[test]
#[ignore = "needs terraform and its AWS provider: tests/run runs it if it can, and otherwise lists it as left out"]
fn terraform_validates_what_is_printed() {
    let world = World::new();
    let program = tools::program("terraform");
    let cache = folder_of_tools().with_file_name("terraform");
    for (index, wanted) in all().iter().enumerate() {
        let folder = format!("terraform-{index}");
        world.write(&format!("{folder}/main.tf"), terraform(&bundle(wanted)));
        let chdir = format!("-chdir={}", world.path(&folder).display());
        for words in [&["init", "-input=false", "-backend=false", "-no-color"][..], &["validate", "-no-color"]] {
            let words = [&[chdir.as_str()], words].concat();
            let run = world.command(&program, &words).env("TF_PLUGIN_CACHE_DIR", cache.to_str().expect("the path is text")).run();
            assert_eq!(run.status, 0, "{wanted:?}\n{run:?}");
        }
    }
}

/// Terraform itself evaluates the documents. Not every machine can fetch its provider, so the provider's parts are left out.
#[test]
#[ignore = "needs terraform: tests/run runs it if it can, and otherwise lists it as left out"]
fn terraform_accepts_the_output_and_gives_the_json_form() {
    let world = World::new();
    let program = tools::program("terraform");
    for (index, wanted) in all().iter().enumerate() {
        let bundle = bundle(wanted);
        let text = terraform(&bundle);
        let folder = format!("terraform-{index}");
        world.write(&format!("{folder}/main.tf"), &text);
        let path = world.path(&folder);
        let chdir = format!("-chdir={}", path.display());
        let format = world.command(&program, &[&chdir, "fmt", "-check", "-diff"]).run();
        assert_eq!((format.status, format.stdout.as_str()), (0, ""), "{wanted:?}\n{format:?}");
        // The structure: the references, and nothing else.
        let declared = |kind: &str| text.matches(&format!("resource \"{kind}\" ")).count();
        assert_eq!(declared("aws_iam_group"), 1, "{text}");
        assert_eq!((declared("aws_iam_policy"), declared("aws_iam_role")), (bundle.policies.len(), bundle.roles.len()), "{text}");
        assert_eq!(declared("aws_iam_group_policy_attachment") + declared("aws_iam_role_policy_attachment"), bundle.policies.len());
        let variables: String =
            text.split("\n\n").filter(|block| block.starts_with("variable ")).map(|block| format!("{block}\n")).collect();
        let encoded: Vec<_> = text.match_indices("jsonencode({").map(|(at, _)| &text[at..at + end_of_call(&text[at..])]).collect();
        let values: String = encoded.iter().enumerate().map(|(at, call)| format!("  document_{at} = {call}\n")).collect();
        let config = format!("{variables}\nlocals {{\n{values}}}\n").replace("data.aws_partition.current.partition", "\"aws\"");
        world.write(&format!("{folder}-values/main.tf"), &config);
        let chdir = format!("-chdir={}", world.path(&format!("{folder}-values")).display());
        let ask: Vec<_> = (0..encoded.len()).map(|at| format!("local.document_{at}")).collect();
        let run = world.command(&program, &[&chdir, "console"]).stdin(&format!("jsonencode([{}])\n", ask.join(", "))).run();
        let printed: String = serde_json::from_str(run.stdout.trim()).unwrap_or_else(|error| panic!("{error}: {run:?}\n{config}"));
        let found: Vec<String> = serde_json::from_str(&printed).expect("it is a list of documents");
        let found: Vec<_> = found.iter().map(|text| value(text)).collect();
        assert_eq!(found, documents(&bundle), "{text}");
    }
}

/// The end of a call whose opening bracket is in the text.
fn end_of_call(text: &str) -> usize {
    let mut depth = 0;
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    panic!("the call does not end: {text}")
}

/// Compiles constructs, each from a file, with the types of the library checked.
const COMPILE: &str = r"
const ts = require('typescript'), fs = require('fs');
const files = process.argv.slice(2).map(word => word.split(':')[0]);
const options = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, strict: true, noUnusedLocals: true, skipLibCheck: true,
                  moduleResolution: ts.ModuleResolutionKind.Node10, types: [] };
const faults = ts.getPreEmitDiagnostics(ts.createProgram(files, { ...options, noEmit: true }));
if (faults.length) { console.error(faults.map(d => ts.flattenDiagnosticMessageText(d.messageText, ' ')).join('\n')); process.exit(1); }
for (const file of files) {
  const compiled = ts.transpileModule(fs.readFileSync(file, 'utf8'), { compilerOptions: options }).outputText;
  fs.writeFileSync(file.replace('.ts', '.js'), compiled);
}
";

/// Synthesizes constructs, each from a file and by its name, and prints their templates. Runs in a separate process: in a
/// heap as large as the compiler's, it takes twenty times as long.
const SYNTH: &str = r"
const path = require('path');
const { App, Stack } = require('aws-cdk-lib');
console.log(JSON.stringify(process.argv.slice(2).map(word => word.split(':')).map(([file, name]) => {
  const app = new App({ outdir: 'out', analyticsReporting: false });
  const stack = new Stack(app, 'Some');
  new (require(path.resolve(file.replace('.ts', '.js'))))[name](stack, 'It');
  return app.synth().getStackByName('Some').template;
})));
";

#[test]
#[ignore = "needs Node and aws-cdk-lib: tests/run runs it if it can, and otherwise lists it as left out"]
fn the_constructs_compile_and_synthesize_to_the_json_form() {
    let world = World::new();
    let node = tools::program("node");
    let modules = folder_of_tools().with_file_name("cdk").join("node_modules");
    assert!(modules.join("aws-cdk-lib").is_dir(), "`{}` is missing: run tests/run", modules.display());
    std::os::unix::fs::symlink(&modules, world.path("node_modules")).expect("a link can be made");
    let bundles: Vec<_> = all().iter().map(bundle).collect();
    let mut constructs = Vec::new();
    for (number, bundle) in bundles.iter().enumerate() {
        let file = format!("construct-{number}.ts");
        world.write(&file, cdk(bundle));
        constructs.push(format!("{file}:{}", bundle.name));
    }
    let run = |script: &str, text: &str| {
        world.write(script, text);
        let words: Vec<_> = std::iter::once(script).chain(constructs.iter().map(String::as_str)).collect();
        // The compiler takes more than a minute on a busy machine.
        let output = world.command(&node, &words).into_command().output().expect("it can be started");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("it is text")
    };
    run("compile.js", COMPILE);
    let templates = value(&run("synth.js", SYNTH));
    let templates = templates.as_array().expect("one for each");
    assert_eq!(templates.len(), bundles.len());
    let mut ids = Vec::new();
    for (template, bundle) in templates.iter().zip(&bundles) {
        let resources = template["Resources"].as_object().expect("there are resources");
        ids.extend(resources.keys().map(|id| format!("{} {id}", bundle.name)));
        let found = gather(&template.to_string(), &Facts::default()).expect("it is a template");
        let mut found: Vec<_> = found.iter().map(|found| value(&json::compact(found.document.as_ref().expect("it can be read")))).collect();
        let mut expected = documents(bundle);
        for list in [&mut found, &mut expected] {
            list.iter_mut().for_each(sort);
            list.sort_by_key(ToString::to_string);
        }
        assert_eq!(found, expected, "{}", cdk(bundle));
    }
    ids.sort_unstable();
    ids.dedup();
    // A change of these would replace deployed resources.
    insta::assert_snapshot!(ids.join("\n"), @r"
    Bastion ItGroup0785C3F9
    Bastion ItGroupPolicy90016594
    Bastion ItRole1D10B2BAE
    Bastion ItRole21AC9BD36
    Bastion ItRole316E45A3A
    ForceMfa ItForceMfaPolicyD254741E
    ForceMfa ItGroup0785C3F9
    SelfEditing ItGroup0785C3F9
    SelfEditing ItSelfEditingPolicy571B0148
    ServiceAccount ItGroup0785C3F9
    ServiceAccount ItServiceAccountPolicy10132924
    SudoRole ItGroup0785C3F9
    SudoRole ItGroupPolicy90016594
    SudoRole ItPermissionsPolicy6A684609
    SudoRole ItRole8921BE46
    ");
}

/// CDK writes one-element lists as text, and sorts others.
fn sort(value: &mut Value) {
    match value {
        Value::Array(items) => {
            items.iter_mut().for_each(sort);
            items.sort_by_key(ToString::to_string);
            if let [one] = items.as_slice()
                && !one.is_object()
            {
                *value = one.clone();
            }
        }
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                // The order of statements stays.
                if name == "Statement" {
                    member.as_array_mut().into_iter().flatten().for_each(sort);
                } else {
                    sort(member);
                }
            }
        }
        _ => {}
    }
}

#[test]
fn a_policy_that_is_too_long_is_split_and_still_proved() {
    let actions: Vec<_> = (0..600).map(|number| format!("s3:Some{number:04}Action")).collect();
    let wanted = Wanted::ServiceAccount(ServiceAccount {
        actions,
        resources: vec!["arn:aws:s3:::bucket/*".to_owned()],
        from: From { addresses: vec!["203.0.113.0/24".to_owned()], endpoints: Vec::new() },
        group: "some-group".to_owned(),
    });
    let bundle = bundle(&wanted);
    assert!(bundle.policies.len() > 1, "{}", bundle.policies.len());
    let names: Vec<_> = bundle.policies.iter().map(|policy| policy.name.as_str()).collect();
    assert!(names[0] == "policy-1" && names[1] == "policy-2", "{names:?}");
    assert_eq!(super::ids(&as_json(&bundle, "aws"), &Options::default()), [""; 0]);
}
