with maal as (
    select * from {{ ref('int_resultatmaal') }}
),

enheder as (
    select * from {{ ref('enheder') }}
),

final as (
    select
        maal.plan_id,
        maal.plan_titel,
        maal.er_eksempel,
        maal.kommune_kode,
        maal.kommune_navn,
        maal.maal_nr,
        maal.foraelder_nr,
        maal.raekkefoelge,
        maal.ministermaal_aar,
        maal.ministermaal_nr,
        maal.ministermaal,
        maal.enhed,
        enheder.ental as enhed_ental,
        enheder.aendring_ental,
        enheder.aendring_flertal,
        maal.decimaler,
        maal.maal_vaerdi,
        -- The sentence says "fald" or "stigning"; the number in it has no sign.
        abs(maal.maal_aendring) as aendring,
        maal.baseline_periode_trykt as baseline_periode,
        cast(left(maal.baseline_periode_trykt, 4) as integer) as baseline_aar,
        maal.maal_periode,
        cast(left(maal.maal_periode, 4) as integer) as maal_aar,
        maal.skabelon,
        maal.resultatmaal_skabelon
    from maal
    left join enheder
        on maal.enhed = enheder.enhed
)

select * from final
order by plan_id, raekkefoelge, maal_nr
