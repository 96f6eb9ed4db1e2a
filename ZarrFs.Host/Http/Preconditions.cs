using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace ZarrFs.Host.Http;

/// <summary>The conditions a client puts on its request, in the order of RFC 9110 section 13.2.2.</summary>
internal static class Preconditions
{
    /// <summary>Gives 304 or 412 if a condition says so, otherwise 200.</summary>
    /// <param name="request">GET or HEAD.</param>
    /// <param name="validators">The file's; conditions on a date that it has not are ignored.</param>
    public static int Status(IHeaderDictionary request, in Validators validators)
    {
        if (request.IfMatch.Count > 0)
        {
            if (!Names(request.IfMatch, validators.Tag, weakly: false)) return StatusCodes.Status412PreconditionFailed;
        }
        else if (TryReadDate(request.IfUnmodifiedSince, out DateTimeOffset until) && validators.Modified > until)
        {
            return StatusCodes.Status412PreconditionFailed;
        }

        if (request.IfNoneMatch.Count > 0)
            return Names(request.IfNoneMatch, validators.Tag, weakly: true) ? StatusCodes.Status304NotModified : StatusCodes.Status200OK;

        // The very date, as nginx has it, and not any later one: who kept a preview until now may ask by the time when he got it.
        bool unchanged = TryReadDate(request.IfModifiedSince, out DateTimeOffset since) && validators.Modified == since;
        return unchanged ? StatusCodes.Status304NotModified : StatusCodes.Status200OK;
    }

    /// <summary>True if the part asked for may be sent: there is no If-Range, or it names the file as it is.</summary>
    public static bool RangeHolds(IHeaderDictionary request, in Validators validators)
    {
        StringValues condition = request.IfRange;
        if (condition.Count == 0) return true;
        if (condition.Count > 1) return false;
        return condition[0] == validators.Tag || (TryReadDate(condition, out DateTimeOffset date) && date == validators.Modified);
    }

    private static bool Names(StringValues header, string tag, bool weakly)
    {
        foreach (string? line in header)
        {
            if (line is null) continue;
            if (line.AsSpan().Trim(" \t") is "*") return true;
            if (!EntityTagHeaderValue.TryParseList([line], out IList<EntityTagHeaderValue>? tags)) continue;
            foreach (EntityTagHeaderValue candidate in tags)
            {
                if ((weakly || !candidate.IsWeak) && candidate.Tag == tag) return true;
            }
        }

        return false;
    }

    private static bool TryReadDate(StringValues header, out DateTimeOffset date)
    {
        date = default;
        return header.Count == 1 && HeaderUtilities.TryParseDate(header[0], out date);
    }
}
