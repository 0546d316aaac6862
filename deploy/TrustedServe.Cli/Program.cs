using System.CommandLine;
using TrustedServe.Cli.Bench;
using TrustedServe.Cli.Commands;
using TrustedServe.Cli.Commands.Attest;
using TrustedServe.Cli.Commands.Deploy;
using TrustedServe.Cli.Output;
using TrustedServe.Protocol.Errors;

var root = new RootCommand("Serve machine-learning models whose weights, inputs and outputs stay secret from the machine's owner.")
{
    DemoCommand.Create(),
    ModelCommands.Create(),
    KeyCommands.Create(),
    RowsCommands.Create(),
    ServeCommand.Create(),
    PredictCommand.Create(),
    BenchCommand.Create(),
    AccessCommands.Create(),
    AttestCommands.Create(),
    DeployCommands.Create(),
    ImageCommands.Create(),
    TopologyCommand.Create(),
    ErrorsCommand.Create(),
};

var parsed = root.Parse(args);
try
{
    return await parsed.InvokeAsync(new InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = TimeSpan.FromSeconds(30), // children drain first
    });
}
catch (TsfException exception)
{
    Failures.Print(exception, json: parsed.GetValue<bool>("--json"));
    return 1;
}
catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
{
    Failures.Print(TsfErrors.FileUnreadable.With(exception.Message, exception), json: parsed.GetValue<bool>("--json"));
    return 1;
}
catch (OperationCanceledException exception) when (exception.InnerException is TimeoutException)
{
    Failures.Print(TsfErrors.DeadlineExceeded.With(exception.InnerException.Message, exception), json: parsed.GetValue<bool>("--json"));
    return 1;
}
catch (OperationCanceledException)
{
    return 130;
}
