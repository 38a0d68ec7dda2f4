//! Components that are small to send and large to compile.

use wasm_encoder::{
    BlockType, CodeSection, Component, ComponentSection, ComponentTypeSection, Function, FunctionSection, Module,
    PrimitiveValType, RawSection, TypeSection, ValType,
};

/// Functions of some 900 kB each: values that live long and cross each other, in blocks within blocks.
pub(crate) fn functions(count: u32, steps: u32) -> Vec<u8> {
    const LOCALS: u32 = 400;
    let (mut declared, mut code) = (FunctionSection::new(), CodeSection::new());
    for number in 0..count {
        let mut body = Function::new([(LOCALS, ValType::I64)]);
        let mut state = number;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % LOCALS
        };
        let mut code_of = body.instructions();
        for step in 0..steps {
            if step.is_multiple_of(8) {
                code_of.block(BlockType::Empty).local_get(next()).i32_wrap_i64().br_if(0);
            }
            code_of.local_get(next()).local_get(next()).i64_mul().local_get(next()).i64_xor().local_set(next());
            if step % 8 == 7 {
                code_of.end();
            }
        }
        if !steps.is_multiple_of(8) {
            code_of.end();
        }
        code_of.end();
        declared.function(0);
        code.function(&body);
    }
    component(&module(&declared, &code))
}

/// More functions than any toolchain makes, each of nothing.
pub(crate) fn many_functions(count: u32) -> Vec<u8> {
    let (mut declared, mut code) = (FunctionSection::new(), CodeSection::new());
    for _ in 0..count {
        let mut body = Function::new([]);
        body.instructions().end();
        declared.function(0);
        code.function(&body);
    }
    component(&module(&declared, &code))
}

fn module(declared: &FunctionSection, code: &CodeSection) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    let mut module = Module::new();
    module.section(&types).section(declared).section(code);
    module.finish()
}

fn component(module: &[u8]) -> Vec<u8> {
    let mut bytes = Component::new().finish();
    RawSection { id: 1, data: module }.append_to_component(&mut bytes);
    bytes
}

/// `count` core modules of nothing.
pub(crate) fn modules(count: u32) -> Vec<u8> {
    let mut bytes = Component::new().finish();
    for _ in 0..count {
        RawSection { id: 1, data: &Module::new().finish() }.append_to_component(&mut bytes);
    }
    bytes
}

/// Components within components.
pub(crate) fn components(levels: u32) -> Vec<u8> {
    let mut bytes = Component::new().finish();
    for _ in 0..levels {
        let mut outer = Component::new().finish();
        // Section 4 of a component is a component, as it is.
        RawSection { id: 4, data: &bytes }.append_to_component(&mut outer);
        bytes = outer;
    }
    bytes
}

/// Types side by side, `count` of them, two bytes each or a little more.
pub(crate) fn types(count: u32) -> Vec<u8> {
    let mut types = ComponentTypeSection::new();
    for _ in 0..count {
        types.defined_type().list(PrimitiveValType::U8);
    }
    let mut component = Component::new();
    component.section(&types);
    component.finish()
}

/// Component types that declare component types that declare …
pub(crate) fn declarations(levels: usize) -> Vec<u8> {
    // 0x41: a component type; 0x01: of one declaration; 0x01: which is a type.
    let mut data = vec![0x01];
    data.extend([0x41, 0x01, 0x01].repeat(levels));
    data.extend([0x41, 0x00]);
    let mut bytes = Component::new().finish();
    RawSection { id: 7, data: &data }.append_to_component(&mut bytes);
    bytes
}
