//! How deep types are nested, by declaration and by reference. A list of lists of lists has an index for each, so depth shows
//! only when references are followed; each type's own depth is kept, so that following takes one step.

use wasmparser::{
    ComponentAlias, ComponentDefinedType, ComponentExport, ComponentExternalKind, ComponentOuterAliasKind,
    ComponentType, ComponentTypeDeclaration, ComponentTypeRef, ComponentValType, InstanceTypeDeclaration, TypeBounds,
};

use crate::load_error::LoadError;

/// Index spaces of the components and declarations the walk is inside of, the innermost last: for each type its depth.
pub(super) struct Depths {
    scopes: Vec<Vec<u64>>,
    most: u64,
}

impl Depths {
    pub(super) fn new(most: u64) -> Self {
        Self { scopes: Vec::new(), most }
    }

    pub(super) fn open(&mut self) {
        self.scopes.push(Vec::new());
    }

    pub(super) fn close(&mut self) {
        self.scopes.pop();
    }

    pub(super) fn define(&mut self, ty: &ComponentType<'_>) -> Result<(), LoadError> {
        let depth = self.depth(ty)?;
        self.add(depth);
        Ok(())
    }

    pub(super) fn alias(&mut self, alias: &ComponentAlias<'_>) {
        match alias {
            // What an instance exports has a depth that only validation finds; the compiler's own process counts again.
            ComponentAlias::InstanceExport { kind: ComponentExternalKind::Type, .. } => self.add(1),
            ComponentAlias::Outer { kind: ComponentOuterAliasKind::Type, count, index } => {
                let scope = self.scopes.len().checked_sub(1 + *count as usize).and_then(|at| self.scopes.get(at));
                let depth = scope.and_then(|scope| scope.get(*index as usize)).copied().unwrap_or(1);
                self.add(depth);
            }
            _ => {}
        }
    }

    pub(super) fn import(&mut self, ty: ComponentTypeRef) {
        if let ComponentTypeRef::Type(bounds) = ty {
            let depth = match bounds {
                TypeBounds::Eq(index) => self.at(index),
                TypeBounds::SubResource => 1,
            };
            self.add(depth);
        }
    }

    /// An exported type gets an index of its own.
    pub(super) fn export(&mut self, export: &ComponentExport<'_>) {
        if export.kind == ComponentExternalKind::Type {
            let depth = self.at(export.index);
            self.add(depth);
        }
    }

    fn add(&mut self, depth: u64) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.push(depth);
        }
    }

    /// An index that leads nowhere is the validator's to refuse.
    fn at(&self, index: u32) -> u64 {
        self.scopes.last().and_then(|scope| scope.get(index as usize)).copied().unwrap_or(1)
    }

    fn value(&self, ty: &ComponentValType) -> u64 {
        match ty {
            ComponentValType::Primitive(_) => 0,
            ComponentValType::Type(index) => self.at(*index),
        }
    }

    /// Calls itself for declarations within declarations only, which the reader has bounded.
    fn depth(&mut self, ty: &ComponentType<'_>) -> Result<u64, LoadError> {
        let inner = match ty {
            ComponentType::Defined(defined) => self.defined(defined),
            ComponentType::Func(func) => {
                let params = func.params.iter().map(|(_, ty)| self.value(ty));
                params.chain(func.result.iter().map(|ty| self.value(ty))).max().unwrap_or(0)
            }
            ComponentType::Component(declarations) => self.declared(declarations)?,
            ComponentType::Instance(declarations) => self.declared(declarations)?,
            ComponentType::Resource { .. } => 0,
        };
        let found = inner + 1;
        if found > self.most {
            return Err(LoadError::TooMuch { what: "levels of nested types", found, most: self.most });
        }
        Ok(found)
    }

    fn declared<D: Declaration>(&mut self, declarations: &[D]) -> Result<u64, LoadError> {
        self.open();
        let mut deepest = 0;
        for declaration in declarations {
            match declaration.part() {
                Part::Type(ty) => {
                    let depth = self.depth(ty)?;
                    deepest = deepest.max(depth);
                    self.add(depth);
                }
                Part::Alias(alias) => self.alias(alias),
                Part::Name(ty) => self.import(ty),
                Part::Core => {}
            }
        }
        self.close();
        Ok(deepest)
    }

    fn defined(&self, ty: &ComponentDefinedType<'_>) -> u64 {
        use ComponentDefinedType as Defined;
        let option = |ty: &Option<ComponentValType>| ty.as_ref().map_or(0, |ty| self.value(ty));
        match ty {
            Defined::Primitive(_) | Defined::Flags(_) | Defined::Enum(_) | Defined::Own(_) | Defined::Borrow(_) => 0,
            Defined::Record(fields) => fields.iter().map(|(_, ty)| self.value(ty)).max().unwrap_or(0),
            Defined::Variant(cases) => cases.iter().map(|case| option(&case.ty)).max().unwrap_or(0),
            Defined::Tuple(types) => types.iter().map(|ty| self.value(ty)).max().unwrap_or(0),
            Defined::List(ty) | Defined::FixedLengthList(ty, _) | Defined::Option(ty) => self.value(ty),
            Defined::Map(key, value) => self.value(key).max(self.value(value)),
            Defined::Result { ok, err } => option(ok).max(option(err)),
            Defined::Future(ty) | Defined::Stream(ty) => option(ty),
        }
    }
}

/// What matters of a declaration, in a component's type or an instance's.
enum Part<'a> {
    Type(&'a ComponentType<'a>),
    Alias(&'a ComponentAlias<'a>),
    /// Something imported or exported.
    Name(ComponentTypeRef),
    Core,
}

trait Declaration {
    fn part(&self) -> Part<'_>;
}

impl Declaration for ComponentTypeDeclaration<'_> {
    fn part(&self) -> Part<'_> {
        match self {
            Self::CoreType(_) => Part::Core,
            Self::Type(ty) => Part::Type(ty),
            Self::Alias(alias) => Part::Alias(alias),
            Self::Export { ty, .. } => Part::Name(*ty),
            Self::Import(import) => Part::Name(import.ty),
        }
    }
}

impl Declaration for InstanceTypeDeclaration<'_> {
    fn part(&self) -> Part<'_> {
        match self {
            Self::CoreType(_) => Part::Core,
            Self::Type(ty) => Part::Type(ty),
            Self::Alias(alias) => Part::Alias(alias),
            Self::Export { ty, .. } => Part::Name(*ty),
        }
    }
}
