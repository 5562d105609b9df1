"""The option of a command that a parameter becomes."""

import click

from gfmdkg.terms.parameters import Parameter, ParameterType

__all__ = ["keyword_of", "option_of"]


def keyword_of(name: str) -> str:
    """The keyword by which a command gets the values of a parameter."""
    return "parameter_" + name.replace("-", "_")


def option_of(parameter: Parameter, *, excludes: bool = False) -> click.Option:
    """The option; where a leading minus ``excludes``, any text is let through."""
    text = parameter.description.rstrip(".") + "."
    if parameter.many:
        text += " May be given several times."
    if parameter.default:
        text += f" Default: {', '.join(parameter.default)}."
    is_enum = parameter.type is ParameterType.ENUM and not excludes
    return click.Option(
        [f"--{parameter.name.replace('_', '-')}", keyword_of(parameter.name)],
        type=click.Choice(parameter.values) if is_enum else str,
        multiple=parameter.many,
        required=parameter.required,
        help=f"{text} Example: {parameter.example}",
    )
