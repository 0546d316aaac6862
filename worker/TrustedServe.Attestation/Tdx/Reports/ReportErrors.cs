using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tdx.Reports;

/// <summary>What an error number of a step means.</summary>
internal static class ReportErrors
{
    /// <summary>Maps; TSF3313 is what another attempt may mend.</summary>
    public static TsfException Of(ReportStep step, int number)
    {
        var errno = (Errno)number;
        var error = errno switch
        {
            Errno.ENOENT or Errno.ENOTDIR or Errno.ENODEV or Errno.ENOTTY or Errno.EOPNOTSUPP when step == ReportStep.Create => TsfErrors.ReportsUnavailable,
            // The kernel's answer to mkdir while no guest driver has registered.
            Errno.ENXIO when step == ReportStep.Create => TsfErrors.ReportsUnavailable,
            Errno.ENODEV or Errno.ENOTTY or Errno.EOPNOTSUPP => TsfErrors.ReportsUnavailable,
            Errno.EPERM or Errno.EACCES or Errno.EROFS => TsfErrors.ReportsForbidden,
            // EEXIST: the random name is taken. ENOENT: somebody removed the entry. EINTR: a signal ended the wait for the
            // host, and until the host is done the driver answers EBUSY.
            Errno.EEXIST or Errno.ENOENT or Errno.EINTR or Errno.EAGAIN or Errno.EBUSY or Errno.ETXTBSY => TsfErrors.ReportsBusy,
            Errno.EINVAL => TsfErrors.ReportInputRefused,
            Errno.ENXIO or Errno.EIO => TsfErrors.QuotingServiceFailed,
            Errno.ETIMEDOUT => TsfErrors.QuoteTimedOut,
            Errno.EFBIG when step == ReportStep.Input => TsfErrors.ReportInputRefused,
            Errno.EFBIG => TsfErrors.MalformedReport,
            Errno.ENOSPC or Errno.ENOMEM or Errno.ENFILE or Errno.EMFILE or Errno.EMLINK or Errno.EDQUOT => TsfErrors.ReportsExhausted,
            _ => TsfErrors.ReportsFailed,
        };
        var what = step switch
        {
            ReportStep.Create => "Creating a report entry",
            ReportStep.Provider => "Reading the entry's provider",
            ReportStep.Input => "Writing the report data",
            ReportStep.Quote => "Reading the quote",
            _ => "Reading the entry's generation",
        };
        var name = Enum.IsDefined(errno) ? errno.ToString() : $"error {number}";
        return error.With($"{what} failed with {name}. {error.Remedy}");
    }
}
