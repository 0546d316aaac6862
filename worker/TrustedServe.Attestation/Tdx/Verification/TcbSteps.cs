using TrustedServe.Attestation.Tdx.Certificates;
using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Attestation.Tdx.Quotes;

namespace TrustedServe.Attestation.Tdx.Verification;

/// <summary>The steps that judge platform, quoting enclave and TDX module by the collateral, and join the judgements.</summary>
internal static class TcbSteps
{
    public static bool Check(scoped in TdxQuote quote, TcbInfo info, QeIdentity identity, PckExtension platform, VerificationContext context)
    {
        var log = context.Log;
        if (!CheckPlatform(info, platform, log) || !CheckQeReport(quote.QeReport, identity, log))
        {
            return false;
        }

        var qeLevel = EnclaveTcbLevel.Select(identity.Levels, quote.QeReport.IsvSvn);
        if (!log.Check(TdxStep.QeTcbLevel, qeLevel is not null, "a level for the quoting enclave's version", $"{quote.QeReport.IsvSvn}: {Named(qeLevel?.Verdict)}") || qeLevel is null)
        {
            return false;
        }

        var launch = new ModuleSelection("launched on", quote.Body.TeeTcbSvn);
        var current = new ModuleSelection("running now", quote.Body.TeeTcbSvn2);
        if (!CheckModule(ref launch, quote.Body, info, log)
            || (current.IsPresent && !CheckModule(ref current, quote.Body, info, log))
            || !SelectPlatformLevel(ref launch, info, platform, log)
            || (current.IsPresent && !SelectPlatformLevel(ref current, info, platform, log))
            || !SelectModuleLevel(ref launch, log)
            || (current.IsPresent && !SelectModuleLevel(ref current, log)))
        {
            return false;
        }

        context.Tcb = Assess(launch, current, qeLevel.Verdict);
        return CheckStatus(context.Tcb.Status, context);
    }

    private static bool CheckPlatform(TcbInfo info, PckExtension platform, StepLog log) => log.Check(
        TdxStep.Platform,
        platform.Fmspc.Span.SequenceEqual(info.Fmspc) && platform.PceId.Span.SequenceEqual(info.PceId),
        $"TCB info for FMSPC {Convert.ToHexStringLower(platform.Fmspc.Span)}, PCEID {Convert.ToHexStringLower(platform.PceId.Span)}",
        $"FMSPC {Convert.ToHexStringLower(info.Fmspc)}, PCEID {Convert.ToHexStringLower(info.PceId)}");

    private static bool CheckQeReport(scoped in EnclaveReport report, QeIdentity identity, StepLog log)
    {
        var (expected, seen) = ("the enclave that QE identity describes", "so");
        var matches = true;
        if (!report.MrSigner.SequenceEqual(identity.MrSigner))
        {
            (matches, expected, seen) = (false, $"MRSIGNER {Convert.ToHexStringLower(identity.MrSigner)}", Convert.ToHexStringLower(report.MrSigner));
        }
        else if (report.IsvProdId != identity.IsvProdId)
        {
            (matches, expected, seen) = (false, $"ISVPRODID {identity.IsvProdId}", $"{report.IsvProdId}");
        }
        else if (!EqualUnderMask(report.MiscSelect, identity.MiscSelectMask, identity.MiscSelect))
        {
            (matches, expected, seen) = (false, $"MISCSELECT {Convert.ToHexStringLower(identity.MiscSelect)} under mask {Convert.ToHexStringLower(identity.MiscSelectMask)}", Convert.ToHexStringLower(report.MiscSelect));
        }
        else if (!EqualUnderMask(report.Attributes, identity.AttributesMask, identity.Attributes))
        {
            (matches, expected, seen) = (false, $"ATTRIBUTES {Convert.ToHexStringLower(identity.Attributes)} under mask {Convert.ToHexStringLower(identity.AttributesMask)}", Convert.ToHexStringLower(report.Attributes));
        }

        return log.Check(TdxStep.QeReport, matches, expected, seen);
    }

    private static bool CheckModule(ref ModuleSelection selection, scoped in TdReport report, TcbInfo info, StepLog log)
    {
        var name = $"the module that the TD was {selection.When}";
        selection.Identity = info.FindModule(selection.Major);
        if (selection.Identity is not { } identity)
        {
            return log.Fail(TdxStep.TdxModule, $"TCB info about {name}", $"none about TDX_{selection.Major:x2}");
        }

        if (!report.MrSignerSeam.SequenceEqual(identity.MrSigner))
        {
            return log.Fail(TdxStep.TdxModule, $"MRSIGNERSEAM {Convert.ToHexStringLower(identity.MrSigner)}", Convert.ToHexStringLower(report.MrSignerSeam));
        }

        return log.Check(
            TdxStep.TdxModule,
            EqualUnderMask(report.SeamAttributes, identity.AttributesMask, identity.Attributes),
            $"SEAM attributes {Convert.ToHexStringLower(identity.Attributes)} under mask {Convert.ToHexStringLower(identity.AttributesMask)}",
            $"{Convert.ToHexStringLower(report.SeamAttributes)}, TDX_{selection.Major:x2}, {selection.When}");
    }

    private static bool SelectPlatformLevel(ref ModuleSelection selection, TcbInfo info, PckExtension platform, StepLog log)
    {
        selection.PlatformLevel = info.SelectLevel(platform.TcbComponents.Span, platform.PceSvn, selection.Svn);
        return log.Check(
            TdxStep.PlatformTcbLevel,
            selection.PlatformLevel is not null,
            $"a level that the platform reaches with the module {selection.When}",
            $"SGX {Convert.ToHexStringLower(platform.TcbComponents.Span)}, PCESVN {platform.PceSvn}, TDX {Convert.ToHexStringLower(selection.Svn)}: {Named(selection.PlatformLevel?.Verdict)}");
    }

    private static bool SelectModuleLevel(ref ModuleSelection selection, StepLog log)
    {
        if (selection.Major == 0)
        {
            // The module of TDX 1.0 has no levels of its own: the platform's level covers it.
            return true;
        }

        selection.ModuleLevel = EnclaveTcbLevel.Select(selection.Identity!.Levels, selection.Svn[0]);
        return log.Check(
            TdxStep.TdxModuleTcbLevel,
            selection.ModuleLevel is not null,
            $"a level for the module {selection.When}",
            $"{selection.Identity.Id} version {selection.Svn[0]}: {Named(selection.ModuleLevel?.Verdict)}");
    }

    private static TcbAssessment Assess(scoped in ModuleSelection launch, scoped in ModuleSelection current, TcbVerdict enclave)
    {
        var status = TcbConvergence.Join(launch.Join(), enclave.Status);
        if (current.IsPresent)
        {
            status = TcbConvergence.WithRelaunch(status, TcbConvergence.Join(current.Join(), enclave.Status));
        }

        List<TcbVerdict> verdicts = [enclave];
        launch.AddTo(verdicts);
        current.AddTo(verdicts);
        var advisories = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var verdict in verdicts)
        {
            advisories.UnionWith(verdict.AdvisoryIds);
        }

        return new TcbAssessment(
            status,
            launch.ToStatus(),
            current.IsPresent ? current.ToStatus() : null,
            enclave.Status,
            verdicts.Min(verdict => verdict.Date),
            PlatformDate(launch, current),
            [.. advisories]);
    }

    private static DateTimeOffset PlatformDate(scoped in ModuleSelection launch, scoped in ModuleSelection current)
    {
        var atLaunch = launch.PlatformLevel!.Verdict.Date;
        return current.PlatformLevel is { } level && level.Verdict.Date < atLaunch ? level.Verdict.Date : atLaunch;
    }

    private static bool CheckStatus(TcbStatus status, VerificationContext context)
    {
        var accepted = context.Options.AcceptedStatuses;
        return context.Log.Check(
            TdxStep.TcbStatus,
            status != TcbStatus.Revoked && accepted.Contains(status),
            accepted.IsEmpty ? "(nothing is accepted)" : string.Join(" or ", accepted.Where(value => value != TcbStatus.Revoked).Order()),
            status.ToString());
    }

    private static bool EqualUnderMask(ReadOnlySpan<byte> seen, ReadOnlySpan<byte> mask, ReadOnlySpan<byte> expected)
    {
        for (var i = 0; i < seen.Length; i++)
        {
            if ((seen[i] & mask[i]) != expected[i])
            {
                return false;
            }
        }

        return true;
    }

    private static string Named(TcbVerdict? verdict) => verdict?.Status.ToString() ?? "no level";
}
