"""The list of commands that --help shows, with an example for each."""

from rich.console import Console
from rich.text import Text
from typer.core import TyperGroup

MARK = "Example: "  # begins the epilog of a command; the line to type follows, from its name on


class GroupWithExamples(TyperGroup):
    """A group whose help ends with the examples in the epilogs of its commands."""

    def format_help(self, ctx, formatter):
        """Write the help, and below it a line for each command."""
        super().format_help(ctx, formatter)
        console = Console(highlight=False)
        console.print(Text("Examples", style="bold"))
        for line in self.examples(ctx):
            console.print(Text(f"  {line}"), soft_wrap=True)
        console.print()

    def examples(self, ctx) -> list[str]:
        """Return the lines to type, with the program's name as it was called."""
        commands = (self.get_command(ctx, name) for name in self.list_commands(ctx))
        epilogs = (each.epilog for each in commands if each and not each.hidden)
        lines = (epilog.removeprefix(MARK) for epilog in epilogs if epilog)
        return [line.replace("autograder", ctx.command_path, 1) for line in lines]
