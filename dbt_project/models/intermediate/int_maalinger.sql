with kilder as (
    select * from {{ ref('kilder') }}
),

laaste as (
    select * from {{ ref('maalinger') }}
),

-- A measure stands in several rows when it is fetched by several breakdowns.
maalinger as (
    select distinct
        kilde,
        tabel_id,
        maaling,
        mgroup_id,
        maaling_navn,
        enhed,
        additivitet,
        diskretion_under,
        tom_celle,
        raekkefoelge
    from kilder
),

final as (
    select
        maalinger.kilde,
        maalinger.tabel_id,
        laaste.maaling_id,
        maalinger.maaling,
        maalinger.maaling_navn,
        maalinger.enhed,
        maalinger.additivitet,
        maalinger.diskretion_under,
        maalinger.tom_celle,
        maalinger.raekkefoelge
    from maalinger
    inner join laaste
        on
            maalinger.kilde = laaste.kilde
            and maalinger.tabel_id = laaste.tabel_id
            and maalinger.maaling = laaste.maaling
            and coalesce(maalinger.mgroup_id, laaste.mgroup_id, '') = coalesce(laaste.mgroup_id, '')
)

select * from final
