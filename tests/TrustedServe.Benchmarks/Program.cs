using TrustedServe.Benchmarks;
using TrustedServe.Benchmarks.Bert;
using TrustedServe.Benchmarks.PlainKestrel;
using TrustedServe.Benchmarks.PlainWorkers;
using TrustedServe.Benchmarks.Studies;
using TrustedServe.Benchmarks.Targets;
using ColdStarts = TrustedServe.Benchmarks.Studies.ColdStarts;

return args switch
{
    ["published", _, ..] => await PublishedPrograms.RunAsync(args[1..]),
    ["unseal", .. var rest] => await SealingFigures.RunAsync(rest is [var size, ..] ? int.Parse(size, null) : 1024),
    ["seal-memory", .. var rest] => await SealingMemory.RunAsync(rest is [var size, ..] ? long.Parse(size, null) : 4096),
    ["http", .. var rest] => await HttpFigures.RunAsync(rest is [var seconds, ..] ? int.Parse(seconds, null) : 10),
    ["targets", .. var rest] => await TargetsCommand.RunAsync(rest),
    ["sweep", .. var rest] => await Sweep.RunAsync(rest),
    ["lengths", .. var rest] => await Lengths.RunAsync(rest),
    ["cold-starts", .. var rest] => await ColdStarts.RunAsync(rest),
    ["tail", .. var rest] => await Tail.RunAsync(rest),
    ["change", .. var rest] => await Change.RunAsync(rest),
    ["loss", .. var rest] => await Loss.RunAsync(rest),
    ["plain-kestrel"] => await PlainServer.RunAsync(),
    ["backlog", .. var rest] => await Backlog.RunAsync(rest),
    ["plain-worker", var packages] => await PlainWorker.RunAsync(packages),
    ["bert", .. var rest] => await BertCommand.RunAsync(rest),
    ["verify-quote"] => VerificationFigures.Run(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        published ANY OF THE FOLLOWING
                            the same with programs compiled ahead of time, as a deployment has them: for what is about starts
        targets [--rounds N] [--quick] [--json] [NAME…]
                            every target of the design, side by side in one run
        sweep [--rounds N] [--quick] [--json]
                            sequences/s and latency for lanes × lane width
        lengths [--rounds N] [--quick] [--json]
                            tokens/s of a realistic mix of lengths, served and against fixed-length batching in the engine
        tail [--rounds N] [--quick] [--json]
                            latency and refusals at 50 %, 80 % and 120 % of capacity, open loop
        change [--rounds N] [--quick] [--json]
                            latency while a worker goes over from mapped to prepacked weights, under load
        loss [--rounds N] [--quick] [--json]
                            a killed worker: how soon its callers hear of it, and how soon it is back
        backlog [--rounds N] [--quick] [--json]
                            how long the signals say that a queue will take, and how long it took
        cold-starts [--rounds N] [--quick] [--json] [--svg DIR]
                            time line of a start, both sample models and a BERT-Base, from a directory and from the storage emulator
        unseal [MiB]        sealing and unsealing beside decrypting and writing the same bytes to tmpfs with nothing around it
        seal-memory [MiB]   peak memory of sealing a package of that size
        http [seconds]      requests/s, p50 and p99 of both sample models with 2 connections
        bert SHAPE --output DIR [--text] [--seed N]
                            a package of a BERT with random weights: minilm, base, large, xl (2.5 GB) or tiny
        verify-quote        time and allocation of verifying a TDX quote, with fresh and with cached collateral
        """);
    return 2;
}
