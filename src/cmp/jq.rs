//! jq expressions: every one of a connector is compiled once, into one program, and run by its number.

use jaq_core::{
    Compiler, Ctx, Filter, Vars,
    compile::Undefined,
    data::JustLut,
    load::{Arena, File, Loader, lex, parse},
    native, unwrap_valr,
};
use jaq_json::Val;

use crate::domain::Violation;

/// The variable that picks the expression; no expression may name it.
const PICK: &str = "$__expression";

/// Which expression of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ExpressionId(usize);

/// Collects the expressions of one connector, then compiles them together: the standard library is read once, not once
/// for each of fifty expressions.
#[derive(Debug, Default)]
pub(super) struct ProgramBuilder {
    expressions: Vec<Source>,
}

#[derive(Debug)]
struct Source {
    code: String,
    place: String,
    what: String,
}

impl Source {
    fn violation(&self, offset: usize, message: impl std::fmt::Display) -> Violation {
        let before = self.code.get(..offset).unwrap_or(&self.code);
        let column = before.chars().count() + 1;
        Violation::new(
            &self.place,
            "jq",
            format!("{}: {message}, at character {column} of `{}`", self.what, self.code),
        )
    }
}

impl ProgramBuilder {
    /// Takes an expression in. `what` and `place` are for errors (``resource `articles`, field `title` ``, `file:3:9`).
    pub(super) fn add(
        &mut self,
        code: &str,
        what: impl Into<String>,
        place: impl Into<String>,
    ) -> ExpressionId {
        self.expressions.push(Source { code: code.to_owned(), place: place.into(), what: what.into() });
        ExpressionId(self.expressions.len() - 1)
    }

    /// Compiles everything taken in.
    ///
    /// # Errors
    /// Every expression that is wrong, each with its place in the file and the character inside it.
    pub(super) fn build(self) -> Result<Program, Vec<Violation>> {
        let Self { expressions } = self;
        let place = expressions.first().map(|first| first.place.clone()).unwrap_or_default();
        let built = with_room("connector", move || build(&expressions));
        built.unwrap_or_else(|| Err(vec![Violation::new(place, "jq", "an expression cannot be read")]))
    }
}

/// The stack of threads that read and run expressions, in bytes. Both take some for every level of an expression, and how
/// many there are is the file's to say.
pub(super) const STACK: usize = 64 * 1024 * 1024;

/// Works on a thread with a large stack; nothing where the work panicked.
fn with_room<T: Send>(name: &str, work: impl FnOnce() -> T + Send) -> Option<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name(name.to_owned()).stack_size(STACK);
        thread.spawn_scoped(scope, work).ok()?.join().ok()
    })
}

fn build(expressions: &[Source]) -> Result<Program, Vec<Violation>> {
    let mut violations = Vec::new();
    for source in expressions {
        check_alone(source, &mut violations);
    }
    if !violations.is_empty() {
        return Err(violations);
    }
    let mut code = String::new();
    let mut starts = Vec::with_capacity(expressions.len());
    write_tree(expressions, 0, &mut code, &mut starts);
    compile(&code).map(Program).map_err(|faults| {
        let violation = |(offset, message): (usize, String)| {
            let index = starts.partition_point(|start| *start <= offset).saturating_sub(1);
            let (source, start) = (expressions.get(index)?, starts.get(index)?);
            Some(source.violation(offset.saturating_sub(*start), message))
        };
        faults.into_iter().filter_map(violation).collect()
    })
}

/// Writes `if $pick < middle then … else … end`, so that an expression is found in a handful of comparisons.
fn write_tree(sources: &[Source], first: usize, code: &mut String, starts: &mut Vec<usize>) {
    match sources {
        [] => code.push('.'),
        [one] => {
            code.push('(');
            starts.push(code.len());
            code.push_str(&one.code);
            // On a line of its own, so that a comment at the end of the expression does not swallow it.
            code.push_str("\n)");
        }
        _ => {
            let (left, right) = sources.split_at(sources.len() / 2);
            let middle = first + left.len();
            code.push_str(&format!("if {PICK} < {middle} then "));
            write_tree(left, first, code, starts);
            code.push_str(" else ");
            write_tree(right, middle, code, starts);
            code.push_str(" end");
        }
    }
}

/// Words that could run for ever, reach outside the item, or give another result tomorrow. jq is Turing complete; what
/// is left of it here is not far from a plain mapping, and the watchdog of the mapping catches the rest.
const REFUSED: [&str; 24] = [
    "def",
    "repeat",
    "recurse",
    "while",
    "until",
    "infinite",
    "combinations",
    "range",
    "limit",
    "import",
    "include",
    "env",
    "now",
    "localtime",
    "strflocaltime",
    "input",
    "inputs",
    "debug",
    "debug_empty",
    "stderr_empty",
    "stderr",
    "halt",
    "halt_error",
    "label",
];

/// The longest expression, in bytes, and the deepest nesting in it: reading one takes stack for each level.
const MAX_LENGTH: usize = 2_000;
const MAX_NESTING: usize = 24;

fn check_alone(source: &Source, violations: &mut Vec<Violation>) {
    let code = source.code.as_str();
    if code.len() > MAX_LENGTH {
        let message = format!("is {} bytes long, at most {MAX_LENGTH} are taken", code.len());
        violations.push(Violation::new(&source.place, "jq", format!("{}: {message}", source.what)));
        return;
    }
    let mut depth = 0_usize;
    for (offset, letter) in code.char_indices() {
        match letter {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_NESTING {
            violations.push(source.violation(offset, format_args!("is nested more than {MAX_NESTING} deep")));
            return;
        }
    }
    let tokens = match lex::Lexer::new(code).lex() {
        Ok(tokens) => tokens,
        Err(faults) => {
            violations.extend(faults.iter().map(|(expected, found)| {
                source.violation(offset_in(code, found), format_args!("expected {}", expected.as_str()))
            }));
            return;
        }
    };
    let before = violations.len();
    refuse(source, &tokens, violations);
    if violations.len() > before {
        return;
    }
    if let Err(faults) = parse::Parser::new(&tokens).parse(|parser| parser.term()) {
        violations.extend(faults.iter().map(|(expected, found)| {
            let (offset, found) = match found {
                Some(token) => (offset_in(code, token.0), format!("but found `{}`", token.0)),
                None => (code.len(), "but it ends there".to_owned()),
            };
            source.violation(offset, format_args!("expected {} {found}", expected.as_str()))
        }));
    }
}

fn refuse(source: &Source, tokens: &[lex::Token<&str>], violations: &mut Vec<Violation>) {
    for lex::Token(text, token) in tokens {
        match token {
            lex::Tok::Word if REFUSED.contains(text) => violations.push(source.violation(
                offset_in(&source.code, text),
                format_args!("`{text}` may not be used in a connector (as a key, write it in quotes)"),
            )),
            lex::Tok::Var if *text == PICK => {
                violations.push(source.violation(offset_in(&source.code, text), "there is no such variable"));
            }
            lex::Tok::Block(inner) => refuse(source, inner, violations),
            lex::Tok::Str(parts) => {
                for part in parts {
                    if let lex::StrPart::Term(inner) = part {
                        refuse(source, std::slice::from_ref(inner), violations);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Where a part that was cut from `whole` starts in it.
fn offset_in(whole: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize).min(whole.len())
}

fn compile(code: &str) -> Result<Filter<JustLut<Val>>, Vec<(usize, String)>> {
    let definitions = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
    let functions = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
    let functions = functions.filter(|(name, ..)| *name != FROM_JSON).chain([from_json()]);
    let arena = Arena::default();
    let modules = Loader::new(definitions)
        .load(&arena, File { code, path: () })
        .map_err(|_| vec![(0, "it cannot be read".to_owned())])?;
    Compiler::default().with_funs(functions).with_global_vars([PICK]).compile(modules).map_err(|errors| {
        let faults = errors.into_iter().flat_map(|(_, faults)| faults);
        faults.map(|(name, kind)| (offset_in(code, name), undefined(name, &kind))).collect()
    })
}

/// Reads text as JSON; `tonumber` is made of it.
const FROM_JSON: &str = "fromjson";

/// The library's own follows nesting as deep as the text goes, and the text is the platform's: it could end the process.
fn from_json() -> native::Fun<JustLut<Val>> {
    native::run((FROM_JSON, native::v(0), |input| {
        let text = match &input.1 {
            Val::TStr(text) => serde_json::from_slice::<Val>(text).map_err(|fault| fault.to_string()),
            _ => Err("it is no text".to_owned()),
        };
        native::bome(text.map_err(|fault| jaq_core::Error::str(format_args!("cannot read as JSON: {fault}"))))
    }))
}

fn undefined(name: &str, kind: &Undefined) -> String {
    match kind {
        Undefined::Filter(0) => {
            format!("there is no function `{name}` (a text is written in quotes: `\"{name}\"`)")
        }
        Undefined::Filter(arity) => format!("there is no function `{name}` that takes {arity}"),
        kind => format!("there is no {} `{name}`", kind.as_str()),
    }
}

/// The compiled expressions of one connector. Cheap to share between threads.
pub(super) struct Program(Filter<JustLut<Val>>);

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Program")
    }
}

impl Program {
    /// What the expression gives for the input, at most `most` values.
    ///
    /// # Errors
    /// What jq says is wrong, or that there are more values than `most`.
    pub(super) fn all(&self, id: ExpressionId, input: Val, most: usize) -> Result<Vec<Val>, String> {
        let context = Ctx::<JustLut<Val>>::new(&self.0.lut, Vars::new([Val::from(id.0)]));
        let mut values = Vec::new();
        for value in self.0.id.run((context, input)).map(unwrap_valr) {
            if values.len() == most {
                return Err(format!("gives more than {most} values"));
            }
            values.push(value.map_err(|error| shorten(&error.to_string()))?);
        }
        Ok(values)
    }

    /// The one value that the expression gives; `null` where it gives none.
    ///
    /// # Errors
    /// What jq says is wrong, or that there is more than one value.
    pub(super) fn one(&self, id: ExpressionId, input: Val) -> Result<Val, String> {
        Ok(self.all(id, input, 1)?.pop().unwrap_or_default())
    }
}

/// jq shows whole values in its errors; an item can be large.
fn shorten(message: &str) -> String {
    const MOST: usize = 200;
    match message.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", message.get(..end).unwrap_or(message)),
        None => message.to_owned(),
    }
}
