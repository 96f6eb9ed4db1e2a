namespace ZarrFs.Core.Sources.Grouping;

/// <summary>The order of planes in a file: the letters C, Z and T, fastest first.</summary>
internal static class PlaneOrder
{
    /// <summary>True for the six orders.</summary>
    public static bool IsValid(string order) => order.Length == 3 && order.Contains('C') && order.Contains('Z') && order.Contains('T');

    /// <summary>Where a plane is.</summary>
    public static (long T, long C, long Z) Place(string order, long index, PlaneTable planes)
    {
        (long t, long c, long z) = (0, 0, 0);
        foreach (char axis in order)
        {
            long place = index % Size(axis, planes);
            index /= Size(axis, planes);
            if (axis == 'T') t = place;
            else if (axis == 'C') c = place;
            else z = place;
        }

        return (t, c, z);
    }

    /// <summary>Which plane is at a place.</summary>
    public static long Index(string order, long t, long c, long z, PlaneTable planes)
    {
        long index = 0;
        for (int i = order.Length - 1; i >= 0; i--)
        {
            char axis = order[i];
            index = index * Size(axis, planes) + axis switch { 'T' => t, 'C' => c, _ => z };
        }

        return index;
    }

    private static long Size(char axis, PlaneTable planes) => axis switch { 'T' => planes.T, 'C' => planes.C, _ => planes.Z };
}
